// The button and the bubble beside it: all that a page has of the widget until somebody opens it.
import { inkOn } from "../colour.ts";
import type { Lang } from "../messages.ts";
import { button, element, icon } from "./draw.ts";
import type { Settings } from "./settings.ts";
import { launcherSheet } from "./style.ts";
import { wordsOf } from "./words.ts";

/** A badge has room for two figures. */
const MOST = 99;

export interface Launcher {
  shadow: ShadowRoot;
  /** Everything of the widget stands in it. */
  root: HTMLElement;
  button: HTMLElement;
  /** Says in this language how many messages nobody has read. */
  count(unread: number, lang: Lang): void;
  /** "": no more. */
  greet(text: string): void;
}

export function drawLauncher(
  settings: Settings,
  pressed: () => void,
  refused: () => void,
): Launcher {
  const badge = element("span", "count");
  const launcher = button("launcher", pressed, icon("M4 4.5h12v9H9l-3.5 3v-3H4z"), badge);
  const said = button("words", pressed);
  const away = button("away", refused, icon("m5 5 10 10M15 5 5 15"));
  const greeting = element("div", "greeting", said, away);
  const root = element("div", "root", greeting, launcher);
  const host = element("div", "");
  const shadow = host.attachShadow({ mode: "open" });
  launcher.ariaHasPopup = "dialog";
  launcher.hidden = settings.said.launcher === "off";
  greeting.hidden = true;
  if (settings.accent) {
    root.style.setProperty("--fill", settings.accent);
    root.style.setProperty("--on-fill", inkOn(settings.accent));
  }
  shadow.adoptedStyleSheets = [launcherSheet(settings)];
  shadow.append(root);
  // Beside the body: whoever swaps that, or moves it, takes nothing of the chat along.
  document.documentElement.append(host);
  return {
    shadow,
    root,
    button: launcher,
    count(unread, lang) {
      const words = wordsOf(lang);
      badge.hidden = !unread;
      badge.textContent = unread > MOST ? `${MOST}+` : `${unread}`;
      launcher.ariaLabel = unread ? words.unread + unread : words.open;
      away.ariaLabel = words.close;
    },
    greet(text) {
      said.textContent = text;
      greeting.hidden = !text;
    },
  };
}
