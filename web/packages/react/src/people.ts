// How people are called, and the colour and letters that stand for them.
import type { Id, Person } from "@beseda/client/order-rooms";

export function nameOf({ first_name, last_name, email }: Person): string {
  return `${first_name} ${last_name}`.trim() || email;
}

/** One or two capital letters, or digits, each with all that belongs to it: no picture, no sign. */
export function initialsOf(name: string): string {
  const letters = name.split(/[\s@.]+/u).map(firstLetterOf);
  return letters.filter(Boolean).slice(0, 2).join("").toUpperCase();
}

/** What a reader takes for one letter: some are written with several characters, and end in no mark of emoji. */
const LETTER = /^[\p{L}\p{N}](?:(?![\uFE0F\u20E3])[\p{L}\p{M}\u200C\u200D])*$/u;

function firstLetterOf(word: string): string {
  return signsOf(word).find((sign) => LETTER.test(sign)) ?? "";
}

/** A text in what readers take for single signs, or nearly so where a browser does not know them. */
function signsOf(text: string): string[] {
  if (!("Segmenter" in Intl)) return text.match(/.\p{M}*/gu) ?? [];
  return [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
}

/** How many hues there are for names. */
const HUES = 8;

/** The same person has the same hue everywhere. */
export function hueOf(id: Id): number {
  return Math.abs(Math.imul(typeof id === "number" ? id : sumOf(id), 2654435761)) % HUES;
}

/** A number that stands for a text, a different one for most. */
function sumOf(text: string): number {
  return [...text].reduce((sum, letter) => Math.imul(sum, 31) + (letter.codePointAt(0) ?? 0), 0);
}
