// Files in words: how big they are, and names too long for their place.
import type { Lang } from "./words/plural.ts";

/** The end of a name that is always shown, in characters: it tells what kind of file it is. */
const TAIL = 10;

/** `bytes` as people say it: "340 KB", "1.4 MB". */
export function sizeText(bytes: number, lang: Lang, units: readonly string[]): string {
  let size = bytes;
  let unit = 0;
  while (Math.round(size) >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  const digits = unit > 0 && size < 10 ? 1 : 0;
  const number = new Intl.NumberFormat(lang, { maximumFractionDigits: digits }).format(size);
  return `${number} ${units[unit]}`;
}

/** A name in two parts: the first is cut short where there is no room for both. */
export function splitName(name: string): [string, string] {
  const letters = [...name];
  const at = letters.length > 2 * TAIL ? letters.length - TAIL : letters.length;
  return [letters.slice(0, at).join(""), letters.slice(at).join("")];
}
