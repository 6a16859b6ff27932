// What the button has to know of what the host says, in the attributes of the script's tag.
import { colourOf } from "../colour.ts";
import type { Lang } from "../messages.ts";

export type Theme = "light" | "dark" | "auto";

export interface Settings {
  /** Everything that the tag says: what is not here, whoever needs it reads there. */
  said: DOMStringMap;
  /** The bubble beside the button comes after so many seconds. */
  greetingAfter: number;
  lang: Lang;
  theme: Theme;
  accent: string;
  side: "start" | "end";
  /** Distances from the edges, in pixels. */
  offsetX: number;
  offsetY: number;
  zIndex: number;
}

export function settingsOf(said: DOMStringMap): Settings {
  return {
    said,
    // Somebody has looked around by then.
    greetingAfter: numberOf(said.greetingAfter, 3),
    lang: langOf(said.lang),
    theme: themeOf(said.theme),
    accent: colourOf(said.accent),
    side: said.position === "start" ? "start" : "end",
    offsetX: numberOf(said.offsetX, 20),
    offsetY: numberOf(said.offsetY, 20),
    // Over everything, unless the host says otherwise.
    zIndex: numberOf(said.zIndex, 2_147_483_000),
  };
}

/** The language that is said, else that of the page, else the browser's. */
export function langOf(said: string | undefined): Lang {
  const first = said || document.documentElement.lang || navigator.language;
  return /^(ru|be|uk|kk)\b/i.test(first) ? "ru" : "en";
}

export function themeOf(said: string | null | undefined): Theme {
  return said === "light" || said === "dark" ? said : "auto";
}

/** Whether there is no button at a path: `/checkout, /cart/*`. */
export function isHidden(path: string, patterns = ""): boolean {
  return patterns.split(/[\s,]+/).some((pattern) => {
    const [before = "", after] = pattern.split("*");
    return after === undefined ? path === pattern : path.startsWith(before);
  });
}

function numberOf(said: string | undefined, otherwise: number): number {
  return said ? +said || 0 : otherwise;
}
