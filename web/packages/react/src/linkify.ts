// Finds links in plain text. Only http, https and mailto become links; all else stays text.

/** A piece of a text; `href` is null where it is only text. */
export interface Piece {
  text: string;
  href: string | null;
}

const FOUND =
  /(?<!\w)(?<!\w:)https?:\/\/[^\s<>"'`]+|\bmailto:[^\s<>"'`]+@[^\s<>"'`]+|\bwww\.[^\s<>"'`]+\.[^\s<>"'`]+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+/giu;

export function linkify(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const found of text.matchAll(FOUND)) {
    const shown = withoutTail(found[0]);
    const href = safeHref(shown);
    if (!href) continue;
    if (found.index > end) pieces.push({ text: text.slice(end, found.index), href: null });
    pieces.push({ text: shown, href });
    end = found.index + shown.length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end), href: null });
  return pieces;
}

/** The address to go to, or null when it is none that a page may offer. */
export function safeHref(shown: string): string | null {
  const lower = shown.toLowerCase();
  const hasScheme = /^(https?:|mailto:)/.test(lower);
  const guess = lower.startsWith("www.") ? `https://${shown}` : `mailto:${shown}`;
  try {
    const url = new URL(hasScheme ? shown : guess);
    // A name before the host ("https://bank.example@evil.example") is there to deceive.
    if (url.username || url.password) return null;
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** Punctuation at the end belongs to the sentence, and so does a bracket that was opened before. */
function withoutTail(address: string): string {
  let text = address;
  for (;;) {
    const last = text.at(-1) ?? "";
    const unopened =
      (last === ")" && count(text, "(") < count(text, ")")) ||
      (last === "]" && count(text, "[") < count(text, "]"));
    if (!unopened && !/[.,;:!?…»"'*_~]/u.test(last)) return text;
    text = text.slice(0, -1);
  }
}

function count(text: string, letter: string): number {
  return text.split(letter).length - 1;
}
