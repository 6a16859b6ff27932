// Finds links in plain text. Only http, https, mailto and tel become links; all else stays text.

/** A piece of a text; `href` is null where it is only text. */
export interface Piece {
  text: string;
  href: string | null;
}

/** What no address goes on over: white space, quotes, braces, dashes, and marks of full width. */
const ENDS =
  "\\s<>\"'`„“”‘’‚‛«»{}\\u2013-\\u2015\\u3000-\\u303F" +
  "\\uFF01-\\uFF0F\\uFF1A-\\uFF20\\uFF3B-\\uFF40\\uFF5B-\\uFF65";
const LETTER = "\\p{L}\\p{N}_";
/** What may stand between the digits of a number. */
const GAP = "[ \\u00A0().-]{0,2}";
const FOUND = new RegExp(
  [
    `(?<![${LETTER}])(?<![${LETTER}]:)https?:\\/\\/[^${ENDS}]+`,
    `(?<![${LETTER}])mailto:[^${ENDS}]+@[^${ENDS}]+`,
    `(?<![${LETTER}])tel:\\+?[\\d().-]{3,20}`,
    `(?<![${LETTER}])www\\.[^${ENDS}]+\\.[^${ENDS}]+`,
    `(?<![${LETTER}.+-])[${LETTER}.+-]+@[\\p{L}\\p{N}-]+(?:\\.[\\p{L}\\p{N}-]+)+`,
    // A number that says its country: others may be anything. In two of them all numbers are of one length.
    `(?<![${LETTER}+])\\+[17](?:${GAP}\\d){10}(?![${LETTER}])`,
    `(?<![${LETTER}+])\\+[2-689](?:${GAP}\\d){8,14}(?![${LETTER}])`,
  ].join("|"),
  "giu",
);
/** Marks that turn the direction of what stands behind them: in an address they are there to deceive. */
const TURNS = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

export function linkify(text: string): Piece[] {
  const pieces: Piece[] = [];
  const search = new RegExp(FOUND);
  let end = 0;
  for (let found = search.exec(text); found; found = search.exec(text)) {
    const shown = withoutTail(found[0]);
    const href = safeHref(shown);
    if (!href) continue;
    if (found.index > end) pieces.push({ text: text.slice(end, found.index), href: null });
    pieces.push({ text: shown.replace(TURNS, named), href });
    end = found.index + shown.length;
    // Behind a bracket that ended this one may stand another.
    search.lastIndex = end;
  }
  if (end < text.length) pieces.push({ text: text.slice(end), href: null });
  return pieces;
}

function named(mark: string): string {
  return `[U+${mark.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}]`;
}

/** The address to go to, or null when it is none that a page may offer. */
export function safeHref(shown: string): string | null {
  try {
    const url = new URL(addressOf(shown));
    // A name before the host ("https://bank.example@evil.example") is there to deceive.
    if (url.username || url.password) return null;
    return ["http:", "https:", "mailto:", "tel:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

function addressOf(shown: string): string {
  if (/^(https?|mailto):/i.test(shown)) return shown;
  if (/^(tel:|\+)/i.test(shown)) return numberOf(shown);
  return /^www\./i.test(shown) ? `https://${shown}` : `mailto:${shown}`;
}

/** What a phone dials; no address where there is no digit. */
function numberOf(shown: string): string {
  const number = shown.replace(/[^\d+]/g, "");
  return /\d/.test(number) ? `tel:${number}` : "";
}

/** Punctuation at the end belongs to the sentence, and so does a bracket that was opened before. */
function withoutTail(address: string): string {
  let end = unopenedIn(address);
  while (end > 0 && TAIL.test(address.charAt(end - 1))) end -= 1;
  return address.slice(0, end);
}

const TAIL = /[.,;:!?…»"'*_~([]/;

/** Where the first bracket is closed that was not opened; the end where there is none. */
function unopenedIn(address: string): number {
  const open = { ")": 0, "]": 0 };
  for (let at = 0; at < address.length; at += 1) {
    const sign = address.charAt(at);
    if (sign === "(") open[")"] += 1;
    else if (sign === "[") open["]"] += 1;
    else if (sign === ")" || sign === "]") {
      if (open[sign] === 0) return at;
      open[sign] -= 1;
    }
  }
  return address.length;
}
