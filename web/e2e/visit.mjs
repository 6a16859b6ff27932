// Two people meet on the page as their host lets them in: `node visit.mjs <wishes>` prints what each of them sees.
//
// The wishes are JSON: `page`, an address, and two `people`, each with the `cookies` that their browser has or the
// `token` that their host's page keeps for them. The answer is JSON too: for each, the name and the role that stand
// in their settings, whether the page offers to log out, and the author and the text of each message that they hear.
import { contextIn, launch, lend } from "./browser.mjs";

const { page: address, people } = JSON.parse(process.argv[2]);
const browser = await launch();
try {
  const pages = [];
  for (const person of people) pages.push(await come(person));
  const texts = ["Здравствуйте!", "Добрый день!"];
  for (const [index, page] of pages.entries()) {
    await field(page).fill(texts[index]);
    await field(page).press("Enter");
    for (const one of pages) await row(one, texts[index]).waitFor();
  }
  const seen = [];
  for (const page of pages) seen.push({ ...(await settingsOf(page)), heard: await heard(page) });
  console.log(JSON.stringify(seen));
} finally {
  await browser.close();
}

async function come({ cookies = {}, token }) {
  const context = await contextIn(browser);
  const { origin } = new URL(address);
  const kept = Object.entries(cookies).map(([name, value]) => ({ name, value, url: origin }));
  await context.addCookies(kept);
  if (token) await lend(context, token, "");
  const page = await context.newPage();
  await page.goto(address);
  await page.locator(".bs-window .bs-field:enabled").waitFor();
  return page;
}

function field(page) {
  return page.locator(".bs-window .bs-field");
}

function row(page, text) {
  return page.locator(".bs-window .bs-row").filter({ hasText: text });
}

async function settingsOf(page) {
  await page.getByRole("button", { name: /^Настройки/ }).click();
  const name = await page.locator(".settings-name").textContent();
  const role = await page.locator(".settings-role").textContent();
  const offers_logout = await page.getByRole("button", { name: "Выйти" }).isVisible();
  await page.keyboard.press("Escape");
  return { name, role, offers_logout };
}

/** What others said: `[author, text]` each. */
async function heard(page) {
  const rows = await page.locator('.bs-window .bs-row[data-mine="false"]').all();
  return Promise.all(
    rows.map(async (one) => [
      await one.locator(".bs-name").textContent(),
      await one.locator(".bs-text").textContent(),
    ]),
  );
}
