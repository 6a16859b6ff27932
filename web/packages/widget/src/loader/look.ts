// Light or dark: as it is said, or as the device has it.
import type { Look } from "../messages.ts";
import type { Theme } from "./settings.ts";

const dark = matchMedia("(prefers-color-scheme: dark)");

export function shownTheme(theme: Theme): Look["theme"] {
  if (theme !== "auto") return theme;
  return dark.matches ? "dark" : "light";
}

/** Hears when the device changes. */
export function onDevice(changed: () => void): () => void {
  dark.addEventListener("change", changed);
  return () => dark.removeEventListener("change", changed);
}
