// The emoji and what they are called in one language: fetched once from the page's own server.
import type { Lang } from "../words/index.ts";

/** The darkest is last; none of them is the yellow one. */
export const TONES = ["light", "medium-light", "medium", "medium-dark", "dark"] as const;
export type Tone = (typeof TONES)[number];

export interface Emoji {
  emoji: string;
  /** Its name in the language of the file. */
  label: string;
  /** The number of its category. */
  category: number;
  /** The edition of Unicode's emoji that brought it. */
  version: number;
  /** Other words for it. */
  tags: readonly string[];
  /** English names without colons: `thumbsup`. */
  shortcodes: readonly string[];
  /** The same in the tones, lightest first; empty where it has none. */
  skins: readonly string[];
}

export interface EmojiData {
  emojis: readonly Emoji[];
  categories: readonly { index: number; label: string }[];
  tones: Readonly<Record<Tone, string>>;
}

/** A row of the file: the fields of an emoji, words joined by `|`. */
type Row = [
  emoji: string,
  label: string,
  category: number,
  version: number,
  tags: string,
  shortcodes: string,
  skins?: string,
];

/** What stands in `<lang>.json`. */
export interface EmojiFile {
  categories: [index: number, label: string][];
  tones: [tone: Tone, label: string][];
  emojis: Row[];
}

const asked = new Map<string, Promise<EmojiData>>();

/** The file of a language in the folder `dataUrl`; what has failed is fetched anew. */
export function loadEmoji(dataUrl: string, lang: Lang): Promise<EmojiData> {
  const url = `${dataUrl.replace(/\/+$/, "")}/${lang}.json`;
  let data = asked.get(url);
  if (!data) {
    data = fetchFile(url).then((file) => shownHere(read(file)));
    data.catch(() => asked.delete(url));
    asked.set(url, data);
  }
  return data;
}

async function fetchFile(url: string): Promise<EmojiFile> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return (await answer.json()) as EmojiFile;
}

export function read({ categories, tones, emojis }: EmojiFile): EmojiData {
  return {
    emojis: emojis.map(([emoji, label, category, version, tags, shortcodes, skins = ""]) => ({
      emoji,
      label,
      category,
      version,
      tags: split(tags),
      shortcodes: split(shortcodes),
      skins: split(skins),
    })),
    categories: categories.map(([index, label]) => ({ index, label })),
    tones: Object.fromEntries(tones) as Record<Tone, string>,
  };
}

function split(words: string): string[] {
  return words === "" ? [] : words.split("|");
}

const COUNTRY = /^\p{Regional_Indicator}{2}$/u;

/** Without what this device has no picture for: newer editions, and on some systems the flags of countries. */
function shownHere(data: EmojiData): EmojiData {
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  if (!pen) return data;
  const shows = new Map<number, boolean>();
  const flags = isDrawn(pen, "🇪🇺");
  const emojis = data.emojis.filter(({ emoji, version }) => {
    if (COUNTRY.test(emoji)) return flags;
    let shown = shows.get(version);
    if (shown === undefined) {
      shown = isDrawn(pen, emoji);
      shows.set(version, shown);
    }
    return shown;
  });
  // Where a browser lets nobody read what is drawn, nothing is known.
  return emojis.length > data.emojis.length / 2 ? { ...data, emojis } : data;
}

/** The side of the square in which an emoji is tried, in pixels. */
const SIDE = 16;

/** An emoji has colours of its own and is one sign wide; a letter or an empty box is as black as the pen. */
function isDrawn(pen: CanvasRenderingContext2D, emoji: string): boolean {
  pen.canvas.width = SIDE;
  pen.canvas.height = SIDE;
  pen.font = `${SIDE * 0.75}px ${FONT}`;
  pen.textBaseline = "top";
  if (pen.measureText(emoji).width > 1.5 * pen.measureText("🙂").width) return false;
  pen.fillText(emoji, 0, 0);
  const { data } = pen.getImageData(0, 0, SIDE, SIDE);
  for (let at = 0; at < data.length; at += 4) {
    if (data[at] !== data[at + 1] || data[at] !== data[at + 2]) return true;
  }
  return false;
}

const FONT =
  '"Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji", "Twemoji Mozilla", sans-serif';
