// The emoji of the pages: emojibase's data in Russian and English, made small, as files beside the page.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const LANGS = ["ru", "en"];
const TONES = ["light", "medium-light", "medium", "medium-dark", "dark"];
const { resolve } = createRequire(new URL("../apps/chat/package.json", import.meta.url));
const readJson = (path) => JSON.parse(readFileSync(resolve(`emojibase-data/${path}.json`), "utf8"));
/** Where CLDR's names of categories are no Russian that one would say. */
const RUSSIAN = {
  "smileys-emotion": "Смайлики и эмоции",
  "people-body": "Люди и жесты",
  "travel-places": "Путешествия и места",
  activities: "Занятия",
  flags: "Флаги",
};
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** What `packages/react/src/emoji/data.ts` reads: an `EmojiFile`. */
export function emojiFile(lang) {
  const names = readJson("en/shortcodes/iamcal");
  const { groups, skinTones } = readJson(`${lang}/messages`);
  // Tones and hair by themselves are no emoji that one sends.
  const shown = groups.filter(({ key }) => key !== "component");
  const named = ({ key, message }) => (lang === "ru" && RUSSIAN[key]) || capital(message);
  const categories = shown.map((group) => [group.order, named(group)]);
  const known = new Set(shown.map(({ order }) => order));
  const emojis = readJson(`${lang}/data`)
    .filter(({ group }) => known.has(group))
    .sort((one, other) => one.order - other.order)
    .map((one) => rowOf(one, [names[one.hexcode] ?? []].flat()));
  const tones = skinTones.map(({ key, message }) => [key, capital(message)]);
  return { categories, tones, emojis };
}

function rowOf({ emoji, label, group, version, tags = [], skins = [] }, shortcodes) {
  const toned = TONES.map((_, index) => skins.find(({ tone }) => tone === index + 1)?.emoji);
  const words = [capital(label), group, version, tags.join("|"), shortcodes.join("|")];
  const row = [qualified(emoji), ...words];
  return toned.every(Boolean) ? [...row, toned.map(qualified).join("|")] : row;
}

/** As Unicode recommends it for interchange: what is a picture by itself has no sign behind it that asks for one. */
function qualified(emoji) {
  return emoji.replace(/(\p{Emoji_Presentation})\uFE0F/gu, "$1");
}

/** Puts `emoji/<lang>.json` beside the page: into the build, and before whoever develops. */
export function emojiBesidePage() {
  return {
    name: "emoji-beside-page",
    generateBundle() {
      for (const lang of LANGS) {
        const source = JSON.stringify(emojiFile(lang));
        this.emitFile({ type: "asset", fileName: `emoji/${lang}.json`, source });
      }
    },
    configureServer(server) {
      for (const lang of LANGS) {
        server.middlewares.use(`/emoji/${lang}.json`, (_, answer) => {
          answer.setHeader("content-type", "application/json");
          answer.end(JSON.stringify(emojiFile(lang)));
        });
      }
    },
  };
}
