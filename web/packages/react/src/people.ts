// How people are called, and the colour and letters that stand for them.
import type { Id, Person } from "@beseda/client/order-rooms";

export function nameOf({ first_name, last_name, email }: Person): string {
  return `${first_name} ${last_name}`.trim() || email;
}

/** One or two capital letters, or digits, each with the marks that belong to it. */
export function initialsOf(name: string): string {
  const letters = name.split(/[\s@.]+/u).map((word) => /[\p{L}\p{N}]\p{M}*/u.exec(word)?.[0] ?? "");
  return letters.filter(Boolean).slice(0, 2).join("").toUpperCase();
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
