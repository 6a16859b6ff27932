// The widget on one page: the button and the chat behind it, as the host steers them and other tabs change them.
import type { Context, Look } from "../messages.ts";
import type { OpenPanel } from "../panel/panel.ts";
import { type GetToken, Identity } from "./identity.ts";
import { Keep } from "./keep.ts";
import { rest } from "./later.ts";
import { drawLauncher, type Launcher } from "./launcher.ts";
import { onDevice, shownTheme } from "./look.ts";
import { isHidden, langOf, type Settings, type Theme } from "./settings.ts";

export type Heard = "ready" | "open" | "close" | "unread";
type Ear = (count?: number) => void;

/** What a page may ask of it. */
export interface Ways {
  open(): void;
  close(): void;
  toggle(): void;
  /** Who somebody is, by tokens that the host signs; null logs them out. */
  setUser(person: GetToken | string | null): void;
  logout(): void;
  setContext(context: Context): void;
  setLocale(lang: string): void;
  setTheme(theme: Theme): void;
  /** Hears of something from now on, until the returned function is called; of what has been already, at once. */
  on(name: Heard, ear: Ear): () => void;
}

/** What the panel knows of the page. */
export interface Page {
  server: string;
  settings: Settings;
  launcher: Launcher;
  keep: Keep;
  identity: Identity;
  isOpen: boolean;
  /** They have just opened it themselves. */
  takesFocus: boolean;
  context: Context;
  look(): Look;
  close(): void;
  /** So many messages nobody has read. */
  unread(count: number): void;
}

/**
 * `begin` comes once the host has said what it has to say.
 *
 * One function with all that it shares, in place of a class: the build makes its names short, and the loader has 4 kB.
 */
export function makeWidget(server: string, settings: Settings): { ways: Ways; begin(): void } {
  const { said, greetingAfter } = settings;
  const { greeting } = said;
  let { theme, lang } = settings;
  let panel: OpenPanel | null = null;
  let isReady = false;
  let ears: [Heard, Ear][] = [];

  const tell = (name: Heard, count?: number) => {
    for (const [heard, ear] of ears) if (heard === name) ear(count);
  };
  const keep = new Keep(server, (before) => {
    const { visitor, unread, leftAt } = keep.all;
    if (leftAt !== before.leftAt) identity.set(null);
    if (leftAt !== before.leftAt || visitor !== before.visitor) panel?.meet();
    if (unread !== before.unread) showUnread();
  });
  const identity = new Identity(said.tokenUrl, said.session !== undefined);
  const greeted = () => {
    launcher.greet("");
    keep.set({ greeted: true });
  };
  const open = (takesFocus: boolean) => {
    if (page.isOpen) return;
    page.isOpen = keep.isOpen = true;
    page.takesFocus = takesFocus;
    greeted();
    rest(server).then(
      ({ openPanel }) => {
        panel ??= openPanel(page);
        panel.show();
      },
      // The button is there to be pressed again.
      () => ways.close(),
    );
    tell("open");
  };
  const launcher = drawLauncher(settings, () => open(true), greeted);

  const showUnread = () => {
    launcher.count(keep.all.unread, lang);
    tell("unread", keep.all.unread);
  };
  const count = async () => {
    const unread = await identity.unread(server, keep.all.visitor);
    if (unread !== null && !panel) page.unread(unread);
  };
  const draw = () => {
    launcher.root.dataset.theme = shownTheme(theme);
    launcher.root.hidden = isHidden(location.pathname, said.hide);
    launcher.count(keep.all.unread, lang);
    panel?.draw();
  };

  const ways: Ways = {
    open: () => open(true),
    close() {
      if (!page.isOpen) return;
      page.isOpen = keep.isOpen = false;
      panel?.show();
      launcher.button.focus();
      tell("close");
    },
    toggle: () => (page.isOpen ? ways.close() : open(true)),
    setUser(person) {
      identity.set(person);
      if (!person) keep.clear();
      page.unread(0);
      panel?.meet();
      if (isReady && !panel) void count();
    },
    logout: () => ways.setUser(null),
    setContext(context) {
      page.context = { ...page.context, ...context };
      panel?.place();
    },
    setLocale(said) {
      lang = langOf(said);
      draw();
    },
    setTheme(said) {
      theme = said;
      draw();
    },
    on(name, ear) {
      const heard: [Heard, Ear] = [name, ear];
      ears.push(heard);
      if (isReady && name === "ready") ear();
      if (name === "unread") ear(keep.all.unread);
      return () => {
        ears = ears.filter((one) => one !== heard);
      };
    },
  };
  const page: Page = {
    server,
    settings,
    launcher,
    keep,
    identity,
    isOpen: false,
    takesFocus: false,
    context: said.room ? { room: said.room } : {},
    look: () => ({ lang, theme: shownTheme(theme) }),
    close: ways.close,
    unread(unread) {
      if (unread === keep.all.unread) return;
      keep.set({ unread });
      showUnread();
    },
  };
  onDevice(draw);
  draw();
  // Pages that change their address without a new page are followed, where the browser tells of it.
  addEventListener("popstate", draw);
  (window as { navigation?: EventTarget }).navigation?.addEventListener("currententrychange", draw);

  return {
    ways,
    begin() {
      if (keep.isOpen) open(false);
      else void count();
      if (greeting && !keep.all.greeted && !keep.all.visitor) {
        setTimeout(() => keep.all.greeted || launcher.greet(greeting), greetingAfter * 1000);
      }
      isReady = true;
      tell("ready");
    },
  };
}
