// The types of emoji.mjs, for the configuration of the page's build.
import type { Plugin } from "vite";

export function emojiFile(lang: "ru" | "en"): object;
export function emojiBesidePage(): Plugin;
