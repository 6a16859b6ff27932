// The colour and the letters that stand for somebody, and whom a room is with.
import type { Member, Person } from "@beseda/client";

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

/** The same id has the same hue everywhere. */
export function hueOf(id: string): number {
  return Math.abs(Math.imul(sumOf(id), 2654435761)) % HUES;
}

/** The number that a text says, or else one that stands for it: a different one for most. */
function sumOf(text: string): number {
  if (/^-?\d{1,15}$/.test(text)) return Number(text);
  return [...text].reduce((sum, letter) => Math.imul(sum, 31) + (letter.codePointAt(0) ?? 0), 0);
}

/** The people of a room but oneself. */
export function othersIn(members: readonly Member[], self: string): Person[] {
  return members.map(({ person }) => person).filter(({ id }) => id !== self);
}

/** The order that a room is about, as the host calls it; null where it is about something else. */
export function orderOf(key: string): string | null {
  return key.startsWith("order:") ? key.slice("order:".length) : null;
}
