// What a person last chose among the emoji, kept in their browser.
import { TONES, type Tone } from "./data.ts";

/** Where texts are kept under names: the `keep` of a platform is one. */
export interface EmojiKeep {
  get(name: string): string | null;
  set(name: string, text: string): void;
}

/** So many are remembered, the newest first. */
export const RECENT = 16;
const NAME = "bs-emoji";

export interface EmojiMemory {
  recent: readonly string[];
  tone: Tone | "none";
}

export function remembered(keep: EmojiKeep): EmojiMemory {
  try {
    const { recent, tone } = JSON.parse(keep.get(NAME) ?? "{}") as Partial<EmojiMemory>;
    const texts = Array.isArray(recent) ? recent.filter((one) => typeof one === "string") : [];
    const known = TONES.find((one) => one === tone);
    return { recent: texts.slice(0, RECENT), tone: known ?? "none" };
  } catch {
    return { recent: [], tone: "none" };
  }
}

export function rememberPicked(keep: EmojiKeep, emoji: string): void {
  const { recent, ...rest } = remembered(keep);
  const others = recent.filter((one) => one !== emoji);
  keep.set(NAME, JSON.stringify({ ...rest, recent: [emoji, ...others].slice(0, RECENT) }));
}

export function rememberTone(keep: EmojiKeep, tone: Tone | "none"): void {
  keep.set(NAME, JSON.stringify({ ...remembered(keep), tone }));
}

/** The browser's own storage; where that is forbidden or full, nothing is remembered. */
export const browserKeep: EmojiKeep = {
  get(name) {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  },
  set(name, text) {
    try {
      localStorage.setItem(name, text);
    } catch {
      // The next page has no recent emoji then; that is all.
    }
  },
};
