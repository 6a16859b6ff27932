// What runs in a browser when somebody is careless: put into every text and name, it is shown and nothing more.
import { deepEqual, equal, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { anna, bubble, noFaults, openHouse, ready, say, shownTexts, until } from "./house.mjs";

// The server's tests send the same texts.
const list = new URL("../../crates/beseda/tests/it/stories/payloads.json", import.meta.url);
const PAYLOADS = JSON.parse(readFileSync(list, "utf8"));

/** How many of those who are called like a payload write something. */
const WRITERS = 20;

/** Who is called like a payload; order 100 is the first one's. */
const callers = PAYLOADS.map((payload, index) => ({
  id: 100 + index,
  username: payload,
  email: `p${index}@shop.example`,
  first_name: payload,
  last_name: payload,
  role: "expert",
  // Whoever writes logs in; hashing takes its time, so only some do.
  ...(index < WRITERS ? { password: "зеркало-99" } : {}),
}));

let house;
let seen;
before(async () => {
  ok(PAYLOADS.length >= 60, `${PAYLOADS.length} payloads`);
  const orders = callers.map(({ id }, index) => ({
    id,
    number: PAYLOADS[index],
    client: anna.id,
    expert: id,
  }));
  house = await openHouse({
    people: [anna, ...callers],
    orders: [{ id: 17, number: "17", client: anna.id, expert: 100 }, ...orders],
  });
});
after(() => house?.end());

/** A page that takes down whatever a payload could make it do. */
async function watched(path) {
  const page = await house.page(anna, "/healthz");
  seen = { dialogs: [], requests: [], popups: 0 };
  page.on("dialog", async (dialog) => {
    seen.dialogs.push(dialog.message());
    await dialog.dismiss();
  });
  page.context().on("page", () => {
    seen.popups += 1;
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(house.url)) seen.requests.push(request.url());
  });
  await page.addInitScript(() => {
    window.breaches = [];
    document.addEventListener("securitypolicyviolation", (event) => {
      window.breaches.push(`${event.violatedDirective} ${event.blockedURI}`);
    });
    // Scripts of the page itself stand in its head from the beginning.
    window.strangers = [];
    const odd =
      "script, iframe, object, embed, base, form[action], meta, link, style, svg script, [onload], [onerror]";
    const own = new Set();
    document.addEventListener("DOMContentLoaded", () => {
      for (const node of document.querySelectorAll(odd)) own.add(node);
      new MutationObserver((changes) => {
        for (const { addedNodes } of changes) {
          for (const node of addedNodes) {
            if (!(node instanceof Element)) continue;
            for (const found of [node, ...node.querySelectorAll("*")]) {
              // What comes later of the page itself is asked for ahead.
              const isOurs =
                found.rel === "modulepreload" &&
                found.href.startsWith(`${location.origin}/chat/assets/`);
              if (found.matches(odd) && !own.has(found) && !isOurs)
                window.strangers.push(`${found.tagName} ${found.getAttributeNames()}`);
            }
          }
        }
      }).observe(document, { childList: true, subtree: true });
    });
  });
  await page.goto(house.url + path);
  return page;
}

/** Nothing ran, nothing was asked for, nothing was forbidden. */
async function nothingHappened(page) {
  const { breaches, strangers } = await page.evaluate(() => ({
    breaches: window.breaches,
    strangers: window.strangers,
  }));
  deepEqual(breaches, [], "breaches of the content policy");
  deepEqual(strangers, [], "elements that a payload made");
  deepEqual(seen, { dialogs: [], requests: [], popups: 0 });
  ok(page.url().startsWith(`${house.url}/chat`), page.url());
  const links = await page
    .locator(".bs-text a, .bs-names a")
    .evaluateAll((all) => all.map((link) => link.getAttribute("href")));
  deepEqual(
    links.filter((href) => !/^(https?|mailto):/.test(href)),
    [],
    "links that lead nowhere else than to the web or to an address",
  );
  noFaults(house);
}

/** Everything that was drawn in the thread while it was read from its end to its beginning. */
async function readThrough(page) {
  const texts = new Map();
  const scroller = page.locator(".bs-scroller");
  await until(async () => {
    const rows = await page
      .locator(".bs-window .bs-row")
      .evaluateAll((all) =>
        all.map((row) => [row.dataset.key, row.querySelector(".bs-text")?.textContent]),
      );
    for (const [key, text] of rows) texts.set(key, text);
    await scroller.evaluate((element) => {
      element.scrollTop -= 300;
    });
    const top = await scroller.evaluate((element) => element.scrollTop);
    return top < 5 && (await page.locator(".bs-beginning").count()) > 0;
  }, "the beginning is reached");
  for (const text of await shownTexts(page)) texts.set(`last ${text}`, text);
  return new Set(texts.values());
}

test("as texts, written by others and by oneself, they are shown as they are", async () => {
  const { id } = await house.roomOf(17);
  for (const payload of PAYLOADS) await house.write(anna, id, payload);
  const page = await ready(await watched(`/chat?room=${id}`));
  const shown = await readThrough(page);
  deepEqual(
    PAYLOADS.filter((payload) => !shown.has(payload)),
    [],
    "texts that are not shown as they are",
  );
  await nothingHappened(page);

  // Written in the field, and shown at once: a field keeps no control characters and has one kind of line end.
  await page.reload();
  await ready(page);
  const typed = PAYLOADS.filter((payload) => !/[\p{Cc}\u2028]/u.test(payload)).slice(0, 60);
  equal(typed.length, 60);
  for (const payload of typed) await say(page, payload);
  await bubble(page, typed.at(-1)).last().getByTitle("Отправлено").waitFor();
  deepEqual((await house.texts(id)).slice(-60), typed);
  await nothingHappened(page);
  await page.context().close();
});

test("as names of people and numbers of orders they are shown as they are", async () => {
  for (const { id } of callers) await house.roomOf(id);
  for (const caller of callers.slice(0, WRITERS)) {
    await house.write(caller, (await house.roomOf(caller.id)).id, "от меня");
  }
  const page = await watched("/chat");
  for (const [index, { id }] of callers.entries()) {
    const room = page
      .locator(".bs-room")
      .filter({ has: page.getByText(`Заказ #${id}`, { exact: true }) });
    await room.click();
    await page.getByRole("heading", { name: `Заказ #${id}`, exact: true }).waitFor();
    await ready(page);
    const names = await page.locator(".bs-names").textContent();
    ok(names.includes(PAYLOADS[index]), `${PAYLOADS[index]} is shown as ${names}`);
    if (index < WRITERS) {
      const said = await bubble(page, "от меня").textContent();
      ok(said.includes(PAYLOADS[index]), `${PAYLOADS[index]} is shown as ${said}`);
    }
    await nothingHappened(page);
  }
  await page.context().close();
});

test("in the page's own address they do nothing", async () => {
  const page = await watched("/chat");
  for (let at = 0; at < PAYLOADS.length; at += 4) {
    const [room, order = "", view = "", hash = ""] = PAYLOADS.slice(at, at + 4).map(
      encodeURIComponent,
    );
    await page.goto(`${house.url}/chat?room=${room}&order=${order}&view=${view}#${hash}`);
    await page.locator(".bs-room").first().waitFor();
    await nothingHappened(page);
  }
  await page.context().close();
});

test("what one careless line would do is seen", async () => {
  const page = await watched("/chat");
  await page.locator(".bs-room").first().waitFor();
  await page.evaluate(() => {
    const picture = document.createElement("img");
    picture.setAttribute("onerror", "alert(1)");
    picture.setAttribute("src", "x");
    document.body.append(picture);
  });
  await until(() => page.evaluate(() => window.breaches.length > 0), "a breach is told");
  equal(await page.evaluate(() => window.strangers.length), 1);
  ok(house.faults.length > 0);
  await page.context().close();
});
