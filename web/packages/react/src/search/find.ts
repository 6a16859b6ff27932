// What a search compares, and the pieces in which what it has found is shown.
import { plainText } from "../completion/query.ts";

/** Nothing shorter is searched for, in characters: a single letter finds half the school. */
export const SHORTEST = 2;
/** So much of a message stands before what was found in it, in UTF-16 units. */
const BEFORE = 40;
/** No more of a message is shown than this, in UTF-16 units. */
const LONGEST = 240;

/** Where a text has what was searched for, in UTF-16 units, the end excluded. */
export type Hit = readonly [from: number, to: number];

/** A piece of a text, which begins at `at` of it. */
export interface Piece {
  at: number;
  text: string;
  isHit: boolean;
}

/** Whether the server takes it: it needs a word, and not too short a one. */
export function isAskable(typed: string): boolean {
  return [...plainText(typed).trim()].length >= SHORTEST && /[\p{L}\p{N}]/u.test(typed);
}

/** The rooms whose title and name have every word in them, in the order in which they stand. */
export function roomsBy<T extends { title: string; name: string }>(
  rooms: readonly T[],
  typed: string,
): T[] {
  const words = wordsOf(typed);
  if (words.length === 0) return [];
  return rooms.filter(({ title, name }) => {
    const text = plainText(`${title} ${name}`);
    return words.every((word) => text.includes(word));
  });
}

/** Nobody types the sign before the number of an order. */
function wordsOf(typed: string): string[] {
  return plainText(typed)
    .split(/[\s#№]+/u)
    .filter(Boolean);
}

/** Where the words stand in a name. None where its comparable form has other offsets than the name itself. */
export function hitsIn(name: string, typed: string): Hit[] {
  const plain = plainText(name);
  if (plain.length !== name.length) return [];
  return wordsOf(typed).flatMap((word): Hit[] => {
    const at = plain.indexOf(word);
    return at < 0 ? [] : [[at, at + word.length]];
  });
}

/** A text in what was found and what stands around it. Hits may overlap, and may end inside of a sign. */
export function piecesOf(text: string, hits: readonly Hit[]): Piece[] {
  const pieces: Piece[] = [];
  let done = 0;
  const cut = (to: number, isHit: boolean) => {
    if (to > done) pieces.push({ at: done, text: text.slice(done, to), isHit });
    done = Math.max(done, to);
  };
  for (const [from, to] of [...hits].sort(([one], [other]) => one - other)) {
    const end = isInsideOfSign(text, to) ? to + 1 : to;
    if (end <= done || from >= end) continue;
    cut(isInsideOfSign(text, from) ? from - 1 : from, false);
    cut(Math.min(end, text.length), true);
  }
  cut(text.length, false);
  return pieces;
}

/** The part of a message around the first hit in it. */
export function excerptOf(text: string, hits: readonly Hit[]): Piece[] {
  const first = Math.min(...hits.map(([from]) => from), text.length);
  const begin = hits.length > 0 && first > BEFORE ? wordBefore(text, first - BEFORE, first) : 0;
  const most = begin + LONGEST;
  const end = isInsideOfSign(text, most) ? most - 1 : most;
  const pieces = piecesOf(
    text.slice(begin, end),
    hits.map(([from, to]) => [from - begin, Math.min(to, end) - begin]),
  );
  return [
    ...(begin > 0 ? [{ at: -1, text: "…", isHit: false }] : []),
    ...pieces,
    ...(end < text.length ? [{ at: LONGEST, text: "…", isHit: false }] : []),
  ];
}

/** The beginning of the first word at or after `from`; `from` itself, or beside it, where one long word stands there. */
function wordBefore(text: string, from: number, first: number): number {
  const space = text.slice(from, first).search(/\s/u);
  if (space >= 0) return from + space + 1;
  return isInsideOfSign(text, from) ? from + 1 : from;
}

/** Whether `at` is between the two units of one character. */
function isInsideOfSign(text: string, at: number): boolean {
  return (text.codePointAt(at - 1) ?? 0) > 0xffff;
}
