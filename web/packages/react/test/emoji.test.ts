// Emoji: the file of a language, what is remembered of them, and where the panel stands.
import { describe, expect, test } from "vitest";
import { emojiFile } from "../../../script/emoji.mjs";
import { type EmojiFile, read, TONES } from "../src/emoji/data.ts";
import {
  type EmojiKeep,
  RECENT,
  remembered,
  rememberPicked,
  rememberTone,
} from "../src/emoji/memory.ts";
import { besideBox } from "../src/screen.ts";

describe.each(["ru", "en"] as const)("the file in %s", (lang) => {
  const { emojis, categories, tones } = read(emojiFile(lang) as EmojiFile);

  test("has all emoji, each as it is to be sent, with a name and in a category", () => {
    expect(emojis.length).toBeGreaterThan(1800);
    expect(new Set(emojis.map(({ emoji }) => emoji)).size).toBe(emojis.length);
    const known = new Set(categories.map(({ index }) => index));
    for (const { emoji, label, category, skins } of emojis) {
      expect(label, emoji).not.toBe("");
      expect(known.has(category), emoji).toBe(true);
      expect([0, TONES.length], emoji).toContain(skins.length);
      // A sign that asks for a picture stands only where there would be none without it.
      for (const one of [emoji, ...skins]) {
        expect(one).not.toMatch(/\p{Emoji_Presentation}\uFE0F/u);
      }
    }
  });

  test("has a name for each tone, in the order of the tones", () => {
    for (const tone of TONES) expect(tones[tone]).toMatch(/^\p{Lu}/u);
    const thumb = emojis.find(({ emoji }) => emoji === "👍");
    expect(thumb?.skins).toEqual(["👍🏻", "👍🏼", "👍🏽", "👍🏾", "👍🏿"]);
  });

  test("has English shortcodes in every language", () => {
    const heart = emojis.find(({ emoji }) => emoji === "❤️");
    expect(heart?.shortcodes).toContain("heart");
  });
});

describe("what is remembered", () => {
  const keepIn = (texts: Record<string, string>): EmojiKeep => ({
    get: (name) => texts[name] ?? null,
    set: (name, text) => {
      texts[name] = text;
    },
  });

  test("the last ones, newest first, each once", () => {
    const keep = keepIn({});
    for (const emoji of ["👍", "🙏", "👍"]) rememberPicked(keep, emoji);
    expect(remembered(keep)).toEqual({ recent: ["👍", "🙏"], tone: "none" });
  });

  test("not more than there is room for", () => {
    const keep = keepIn({});
    for (let n = 0; n <= RECENT; n += 1) rememberPicked(keep, `${n}`);
    const { recent } = remembered(keep);
    expect(recent).toHaveLength(RECENT);
    expect([recent[0], recent.at(-1)]).toEqual([`${RECENT}`, "1"]);
  });

  test("the tone, beside the last ones", () => {
    const keep = keepIn({});
    rememberPicked(keep, "👍");
    rememberTone(keep, "medium");
    rememberPicked(keep, "🙏");
    expect(remembered(keep)).toEqual({ recent: ["🙏", "👍"], tone: "medium" });
  });

  test.each(["", "null", "[]", '{"recent":5,"tone":"green"}', '{"recent":[1,null]}'])(
    "nothing, of %s",
    (text) => {
      expect(remembered(keepIn({ "bs-emoji": text }))).toEqual({ recent: [], tone: "none" });
    },
  );
});

describe("a panel beside its opener", () => {
  const panel = { width: 352, height: 400 };
  const view = { width: 1280, height: 800 };
  const button = { width: 40, height: 40 };

  test("stands above it, in its middle", () => {
    expect(besideBox({ x: 600, y: 740, ...button }, panel, view)).toEqual({ x: 444, y: 332 });
  });

  test("stands below where there is no room above", () => {
    expect(besideBox({ x: 600, y: 100, ...button }, panel, view)).toEqual({ x: 444, y: 148 });
  });

  test.each([
    [
      { x: 0, y: 740 },
      { x: 8, y: 332 },
    ],
    [
      { x: 1240, y: 740 },
      { x: 920, y: 332 },
    ],
  ])("stays within the window at its edges: %o", (corner, at) => {
    expect(besideBox({ ...corner, ...button }, panel, view)).toEqual(at);
  });

  test("covers its opener rather than leave a window that is too low", () => {
    const low = { width: 1280, height: 416 };
    expect(besideBox({ x: 600, y: 200, ...button }, panel, low).y).toBe(8);
  });
});
