// The words of the chosen language, for every component below a provider.
import { createContext, useContext } from "react";
import { en } from "./en.ts";
import type { Lang } from "./plural.ts";
import { ru, type Words } from "./ru.ts";

export { type Forms, type Lang, plural } from "./plural.ts";
export type { Words } from "./ru.ts";

const dictionaries: Record<Lang, Words> = { ru, en };

/** Russian where the browser's first known language is Russian or kin to read it, else English. */
export function preferredLang(languages: readonly string[]): Lang {
  for (const language of languages) {
    if (/^(ru|be|uk|kk)\b/i.test(language)) return "ru";
    if (/^en\b/i.test(language)) return "en";
  }
  return "en";
}

export const LangContext: React.Context<Lang> = createContext<Lang>(
  preferredLang(globalThis.navigator?.languages ?? []),
);

export function useLang(): Lang {
  return useContext(LangContext);
}

export function useWords(): Words {
  return dictionaries[useLang()];
}
