// Where completions come from: emoji by their names, people of the room, and canned replies.
import type { Emoji, EmojiData } from "../emoji/data.ts";
import { type Mentionable, mentionOf } from "./mentions.ts";
import { plainText, ranked, type Trigger } from "./query.ts";

export { mentionsIn } from "./mentions.ts";

/** One line of the list. */
export interface Option {
  /** Different from all others of its source. */
  id: string;
  label: string;
  /** Stands before the label: an emoji. */
  mark?: string;
  /** Stands after the label, in small. */
  hint?: string;
  /** What is put into the text. */
  insert: string;
  /** Hears that this one was picked. */
  picked?: () => void;
}

export interface CompletionSource {
  trigger: Trigger;
  /** The options for what has been written after the trigger, best first. */
  find: (query: string) => readonly Option[] | Promise<readonly Option[]>;
}

/** More are not shown: whoever does not find it writes a letter more. So many need no scrolling as a rule. */
const MOST = 8;

/** `:smile` and `:улыб`, from data that are loaded at the first letter. */
export function emojiSource(load: () => Promise<EmojiData>): CompletionSource {
  return {
    trigger: ":",
    find: async (query) =>
      emojiBy((await load()).emojis, query).map((one) => ({
        id: one.emoji,
        mark: one.emoji,
        label: one.label,
        hint: one.shortcodes[0] ? `:${one.shortcodes[0]}:` : "",
        insert: `${one.emoji} `,
      })),
  };
}

/** The emoji that are called so: by a whole name, then by the beginnings of names, then by other words for them. */
export function emojiBy(emojis: readonly Emoji[], query: string): Emoji[] {
  const wanted = plainText(query);
  const exact = emojis.filter(({ label, shortcodes }) =>
    [label, ...shortcodes].some((name) => plainText(name) === wanted),
  );
  const spoken = query.replaceAll("_", " ");
  const named = ranked(emojis, spoken, spokenNames, MOST);
  const tagged = ranked(emojis, spoken, ({ tags }) => tags, MOST);
  return [...new Set([...exact, ...named, ...tagged])].slice(0, MOST);
}

function spokenNames({ label, shortcodes }: Emoji): string[] {
  return [label, ...shortcodes.map((name) => name.replaceAll("_", " "))];
}

export interface Person extends Mentionable {
  /** What else is known of them: a role. */
  hint?: string;
}

/** `@Name`; `picked` hears who it was, for `mentionsIn`. */
export function peopleSource(
  people: readonly Person[],
  picked: (person: Mentionable) => void,
): CompletionSource {
  return {
    trigger: "@",
    find: (query) =>
      ranked(people, query, ({ name }) => [name], MOST).map((person) => ({
        id: person.id,
        label: person.name,
        ...(person.hint ? { hint: person.hint } : {}),
        insert: `${mentionOf(person)} `,
        picked: () => picked({ id: person.id, name: person.name }),
      })),
  };
}

export interface CannedReply {
  id: string;
  /** Written after the slash. */
  shortcut: string;
  /** May have variables in it: `{{customer.name}}`. */
  text: string;
}

/** `/shortcut`; `value` tells what a variable stands for, or null. */
export function cannedSource(
  replies: readonly CannedReply[],
  value: (variable: string) => string | null,
): CompletionSource {
  return {
    trigger: "/",
    find: (query) =>
      ranked(replies, query, ({ shortcut }) => [shortcut], MOST).map(({ id, shortcut, text }) => {
        const filled = fillIn(text, value);
        return { id, label: `/${shortcut}`, hint: filled, insert: filled };
      }),
  };
}

/** A variable that nobody knows stays as it is written: whoever sends the reply sees what is missing. */
export function fillIn(text: string, value: (variable: string) => string | null): string {
  return text.replace(
    /\{\{\s*([\p{L}\p{N}_.-]+)\s*\}\}/gu,
    (written, variable: string) => value(variable) ?? written,
  );
}
