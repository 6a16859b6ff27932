// A real Chromium for the tests, headless and offline but for what they serve.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const path = process.env.CHROMIUM ?? "/usr/bin/chromium";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export function launch() {
  demand(existsSync(path), `no ${path}`, "apt-get install chromium, or set CHROMIUM");
  return chromium.launch({ executablePath: path, args: FLAGS });
}

/** What is missing is an error that says what brings it. */
export function demand(there, what, remedy) {
  if (!there) throw new Error(`${what}. The browser tests need it: ${remedy}.`);
}

/** A browser of somebody who speaks Russian and, unless `options` say otherwise, sits before a wide screen. */
export async function contextIn(browser, options = {}) {
  const context = await browser.newContext({
    locale: "ru-RU",
    timezoneId: "Europe/Moscow",
    viewport: { width: 1280, height: 800 },
    ...options,
  });
  context.setDefaultTimeout(15_000);
  return context;
}

/** Puts tokens where a page finds them that has none of its own. */
export function lend(context, access, refresh) {
  return context.addInitScript(
    ([access, refresh]) => {
      if (localStorage.getItem("tp_refresh_token")) return;
      localStorage.setItem("tp_access_token", access);
      localStorage.setItem("tp_refresh_token", refresh);
    },
    [access, refresh],
  );
}
