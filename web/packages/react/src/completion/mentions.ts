// Whom a text mentions: those who were picked, as long as their names still stand in it.

export interface Mentionable {
  id: string;
  name: string;
}

/** What is put into the text for somebody. */
export function mentionOf({ name }: Mentionable): string {
  return `@${name}`;
}

/**
 * The ids of those among `picked` whose `@Name` stands in `text`, each once, in the order in which they were picked. Of
 * several with one name as many count as the name stands there, the last picked first: the others were taken out again.
 */
export function mentionsIn(text: string, picked: readonly Mentionable[]): string[] {
  const left = namesIn(text, picked);
  const found = new Set<string>();
  for (const person of picked.toReversed()) {
    const count = left.get(person.name) ?? 0;
    if (count === 0 || found.has(person.id)) continue;
    left.set(person.name, count - 1);
    found.add(person.id);
  }
  return [...new Set(picked.map(({ id }) => id))].filter((id) => found.has(id));
}

/** How often each name is mentioned: "@Anna" is not in "@Anna Petrova" where both were picked, nor in "me@Anna". */
function namesIn(text: string, picked: readonly Mentionable[]): Map<string, number> {
  const names = [...new Set(picked.map(({ name }) => name))].filter(Boolean);
  const longestFirst = names.sort((one, other) => other.length - one.length);
  const counts = new Map<string, number>();
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
    if (LETTER_BEFORE.test(text.slice(Math.max(0, at - 2), at))) continue;
    const rest = text.slice(at + 1);
    const name = longestFirst.find(
      (one) => rest.startsWith(one) && !LETTER_AFTER.test(rest.slice(one.length, one.length + 2)),
    );
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

const LETTER_BEFORE = /[\p{L}\p{M}\p{N}_]$/u;
const LETTER_AFTER = /^[\p{L}\p{M}\p{N}_]/u;
