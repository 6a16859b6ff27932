// Walks pages in a real browser as a test in another language says. The argument is JSON: steps, each `[who, verb, …]`,
// and everybody has a browser context of their own. The answer is JSON too: what was looked at, in order, and what went
// wrong in any page. Whatever a page loads from elsewhere than this machine is a fault.
import { contextIn, launch } from "./browser.mjs";

const VERBS = {
  open: (page, address) => page.goto(address),
  fill: (page, selector, text) => page.locator(selector).fill(text),
  press: (page, selector, key) => page.locator(selector).press(key),
  click: (page, selector) => page.locator(selector).click(),
  choose: (page, selector, value) => page.locator(selector).selectOption(value),
  shows: (page, selector, text) =>
    page.locator(selector).filter({ hasText: text }).first().waitFor(),
  hides: (page, selector) => page.locator(selector).waitFor({ state: "hidden" }),
};
const LOOKS = {
  address: (page) => page.url(),
  status: async (page, address) => (await page.goto(address)).status(),
  texts: (page, selector) => page.locator(selector).allTextContents(),
  value: (page, script) => page.evaluate(script),
};

const steps = JSON.parse(process.argv[2]);
const pages = new Map();
const [seen, faults] = [[], []];
const browser = await launch();
try {
  for (const [who, verb, ...words] of steps) {
    if (!pages.has(who)) pages.set(who, await pageOf(who));
    const page = pages.get(who);
    try {
      if (verb in LOOKS) seen.push(await LOOKS[verb](page, ...words));
      else await VERBS[verb](page, ...words);
    } catch (error) {
      throw new Error(`${who} ${verb} ${words.join(" ")}: ${error}\n${await page.content()}`);
    }
  }
  console.log(JSON.stringify({ seen, faults }));
} finally {
  await browser.close();
}

async function pageOf(who) {
  const page = await (await contextIn(browser)).newPage();
  page.on("pageerror", (error) => faults.push(`${who}: ${error}`));
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (/^(http|ws)/.test(protocol) && hostname !== "127.0.0.1")
      faults.push(`${who}: ${request.url()}`);
  });
  return page;
}
