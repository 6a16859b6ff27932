// What is being completed in a text: the word at the caret after `:`, `@` or `/`, and what goes in its place.

export type Trigger = ":" | "@" | "/";

/** A word that is being written: `text` is what stands between its trigger and the caret. */
export interface Query {
  trigger: Trigger;
  /** Where the trigger stands. */
  start: number;
  /** Where the caret stands. */
  end: number;
  text: string;
}

/** A name may have so many words after its first: more is no name but a sentence. */
const NAME_WORDS = 2;
/** Nothing that is longer is completed, in UTF-16 units. */
const LONGEST = 40;

/** What a word after each trigger may consist of. Before it stands nothing, white space, a bracket or a quote. */
const BEFORE = "(?:^|[\\s(\\[{«„“\"'])";
const WORDS: Record<Trigger, RegExp> = {
  ":": new RegExp(`${BEFORE}:([\\p{L}\\p{N}_+-]{2,})$`, "u"),
  "@": new RegExp(
    `${BEFORE}@((?:[\\p{L}\\p{M}\\p{N}_.’'-]+(?: [\\p{L}\\p{M}\\p{N}_.’'-]+){0,${NAME_WORDS}})?)$`,
    "u",
  ),
  "/": new RegExp(`${BEFORE}\\/([\\p{L}\\p{N}_-]*)$`, "u"),
};

/**
 * The word at `caret` that asks to be completed, if there is one. What stands after the caret does not matter, unless the
 * word goes on there: whoever corrects a letter in the middle completes nothing.
 */
export function queryAt(text: string, caret: number, triggers: readonly Trigger[]): Query | null {
  if (/^[\p{L}\p{M}\p{N}_]/u.test(text.slice(caret))) return null;
  // As much as the longest word, its trigger, and what stands before that.
  const before = text.slice(Math.max(0, caret - LONGEST - 2), caret);
  for (const trigger of triggers) {
    const word = WORDS[trigger].exec(before)?.[1];
    if (word === undefined || word.length > LONGEST) continue;
    return { trigger, start: caret - word.length - 1, end: caret, text: word };
  }
  return null;
}

/** A text as it is compared: case, the dots of `ё`, and marks that are signs of their own do not matter. */
export function plainText(text: string): string {
  return text.normalize("NFC").toLowerCase().replaceAll("ё", "е");
}

/**
 * The `most` best of `items`: those that begin with `query` stand before those with a word that begins with it, and those
 * before the ones that only have it in them. Equals keep their order.
 */
export function ranked<T>(
  items: readonly T[],
  query: string,
  textsOf: (item: T) => readonly string[],
  most: number,
): T[] {
  const wanted = plainText(query);
  const shelves: T[][] = [[], [], []];
  for (const item of items) {
    const rank = Math.min(...textsOf(item).map((text) => rankOf(plainText(text), wanted)));
    shelves[rank]?.push(item);
  }
  return shelves.flat().slice(0, most);
}

function rankOf(text: string, wanted: string): number {
  let at = text.indexOf(wanted);
  if (at === 0) return 0;
  if (at < 0) return Number.POSITIVE_INFINITY;
  for (; at > 0; at = text.indexOf(wanted, at + 1)) {
    if (!/[\p{L}\p{N}]$/u.test(text.slice(0, at))) return 1;
  }
  return 2;
}
