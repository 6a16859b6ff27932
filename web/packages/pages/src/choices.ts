// The choices of a reader, theme, language and sound, kept in this browser.
import { type Lang, preferredLang } from "@beseda/react";
import { useEffect, useState } from "react";

export type Theme = "auto" | "light" | "dark";

const THEME = "bs-theme";
const LANG = "bs-lang";
const SOUND = "bs-sound";
const DARK = "(prefers-color-scheme: dark)";

function kept(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // The choice then holds as long as the page.
  }
}

function keptTheme(): Theme {
  const theme = kept(THEME);
  return theme === "light" || theme === "dark" ? theme : "auto";
}

/** Puts the theme on the page: the style sheet knows only light and dark. */
export function applyTheme(theme: Theme = keptTheme()): void {
  const dark = theme === "dark" || (theme === "auto" && matchMedia(DARK).matches);
  document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
}

export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(keptTheme);
  useEffect(() => {
    applyTheme(theme);
    keep(THEME, theme);
    const system = matchMedia(DARK);
    const follow = () => applyTheme(theme);
    system.addEventListener("change", follow);
    return () => system.removeEventListener("change", follow);
  }, [theme]);
  return [theme, setTheme];
}

export function useLangChoice(): [Lang, (lang: Lang) => void] {
  const [lang, setLang] = useState<Lang>(() => {
    const chosen = kept(LANG);
    return chosen === "ru" || chosen === "en" ? chosen : preferredLang(navigator.languages);
  });
  useEffect(() => {
    document.documentElement.lang = lang;
  }, [lang]);
  const choose = (next: Lang) => {
    keep(LANG, next);
    setLang(next);
  };
  return [lang, choose];
}

/** Whether what is new is to be heard. */
export function useSoundChoice(): [boolean, (isOn: boolean) => void] {
  const [isOn, setOn] = useState(() => kept(SOUND) !== "off");
  const choose = (next: boolean) => {
    keep(SOUND, next ? "on" : "off");
    setOn(next);
  };
  return [isOn, choose];
}
