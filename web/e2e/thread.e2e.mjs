// The thread: where it stands, and that it does not move under the reader.
import { deepEqual, equal, ok } from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  anna,
  boris,
  bubble,
  bubbles,
  noFaults,
  openHouse,
  ready,
  say,
  shownTexts,
  until,
} from "./house.mjs";

let house;
let room;
const MANY = 430;
const textOf = (index) =>
  `Сообщение ${index}.${index % 4 === 0 ? " Подлиннее, чтобы строки были разной высоты. ".repeat((index % 5) + 1) : ""}`;

before(async () => {
  house = await openHouse({});
  room = (await house.roomOf(17)).id;
  await house.writeMany(room, MANY, textOf);
  await house.call(anna, "POST", `/api/chat/rooms/${room}/mark_read/`);
});
after(() => house?.end());

const scroller = (page) => page.locator(".bs-scroller");
const place = (page) =>
  scroller(page).evaluate(({ scrollTop, scrollHeight, clientHeight }) => ({
    top: scrollTop,
    below: scrollHeight - scrollTop - clientHeight,
  }));

/** Waits until nothing has moved for some frames. */
async function still(page) {
  await page.evaluate(
    () =>
      new Promise((done) => {
        const element = document.querySelector(".bs-scroller");
        let last = "";
        let same = 0;
        const look = () => {
          const now = `${element.scrollTop} ${element.scrollHeight}`;
          same = now === last ? same + 1 : 0;
          last = now;
          if (same > 8) done();
          else requestAnimationFrame(look);
        };
        look();
      }),
  );
}

/** The place on the screen of the second visible message, by its key. */
function anchor(page) {
  return page.evaluate(() => {
    const { top } = document.querySelector(".bs-scroller").getBoundingClientRect();
    const rows = [...document.querySelectorAll(".bs-row")];
    const visible = rows.filter((row) => row.getBoundingClientRect().top >= top);
    const row = visible[1];
    return { key: row.dataset.key, y: row.getBoundingClientRect().top };
  });
}

function newGate() {
  let open;
  const opened = new Promise((done) => {
    open = done;
  });
  return { open, opened };
}

const yOf = (page, key) =>
  page.evaluate(
    (wanted) =>
      [...document.querySelectorAll(".bs-row")]
        .find(({ dataset }) => dataset.key === wanted)
        ?.getBoundingClientRect().top,
    key,
  );

test("opens at the end and loads older pages without moving what is read", async () => {
  const page = await ready(await house.page(anna, `/chat?room=${room}`));
  await bubble(page, `Сообщение ${MANY}.`).waitFor();
  await still(page);
  ok((await place(page)).below <= 1);
  let worst = 0;
  let prepends = 0;
  // Pages wait until the place of a row has been taken down.
  let gate;
  await page.route(/page_size=50/, async (route) => {
    await gate.opened;
    await route.continue();
  });
  for (let turn = 0; turn < 12; turn += 1) {
    gate = newGate();
    const first = await bubbles(page).first().getAttribute("data-key");
    await scroller(page).evaluate((element) => {
      element.scrollTop = 40;
    });
    await still(page);
    const before = await anchor(page);
    gate.open();
    const more = async () => {
      const text = await page.locator(".bs-beginning").count();
      const now = await bubbles(page).first().getAttribute("data-key");
      return now !== first || text > 0;
    };
    await until(more, "older messages came");
    await still(page);
    const y = await yOf(page, before.key);
    ok(y !== undefined, `row ${before.key} went away`);
    worst = Math.max(worst, Math.abs(y - before.y));
    prepends += 1;
    if ((await page.locator(".bs-beginning").count()) > 0) break;
  }
  console.log(`worst drift over ${prepends} prepends: ${worst.toFixed(2)} px`);
  ok(prepends >= 6, `${prepends} prepends`);
  ok(worst <= 1, `drift ${worst} px`);
  await page.context().close();
});

test("the loaded history has no hole, and far rows leave the document", async () => {
  const page = await ready(await house.page(anna, `/chat?room=${room}`));
  await bubble(page, `Сообщение ${MANY}.`).waitFor();
  const seen = new Set();
  const collect = async () => {
    for (const text of await shownTexts(page)) seen.add(Number(/\d+/.exec(text)?.[0]));
  };
  await until(
    async () => {
      await collect();
      await scroller(page).evaluate((element) => {
        element.scrollTop -= 500;
      });
      return (await page.locator(".bs-beginning").count()) > 0 && (await place(page)).top < 5;
    },
    "the beginning is reached",
    60_000,
  );
  await collect();
  deepEqual(
    [...seen].sort((a, b) => a - b),
    Array.from({ length: MANY }, (_, index) => index + 1),
  );
  ok((await bubbles(page).count()) < 120, `${await bubbles(page).count()} rows stand`);
  await page.context().close();
});

test("follows at the bottom; scrolled up it never moves, and counts", async () => {
  const page = await ready(await house.page(anna, `/chat?room=${room}`));
  await bubble(page, `Сообщение ${MANY}.`).waitFor();
  await still(page);
  await house.write(boris, room, "внизу видно");
  await bubble(page, "внизу видно").waitFor();
  await still(page);
  ok((await place(page)).below <= 1);
  await until(async () => (await unread()) === 0, "it is read");

  await scroller(page).evaluate((element) => {
    element.scrollTop -= 900;
  });
  await page.getByRole("button", { name: /^Вниз/ }).waitFor();
  await still(page);
  const before = await anchor(page);
  for (const text of ["мимо 1", "мимо 2"]) await house.write(boris, room, text);
  await page.getByRole("button", { name: "Вниз, 2 новых сообщения" }).waitFor();
  await still(page);
  equal(await yOf(page, before.key), before.y);

  await page.getByRole("button", { name: /^Вниз/ }).click();
  await bubble(page, "мимо 2").waitFor();
  await still(page);
  ok((await place(page)).below <= 1);

  await scroller(page).evaluate((element) => {
    element.scrollTop -= 1200;
  });
  await page.getByRole("button", { name: /^Вниз/ }).waitFor();
  await say(page, "из глубины");
  await bubble(page, "из глубины").waitFor();
  await still(page);
  ok((await place(page)).below <= 1);
  await page.context().close();
});

test("an edit and a deletion above do not move what is read", async () => {
  const page = await ready(await house.page(anna, `/chat?room=${room}`));
  await bubble(page, `Сообщение ${MANY}.`).waitFor();
  await still(page);
  await scroller(page).evaluate((element) => {
    element.scrollTop -= 700;
  });
  await still(page);
  const before = await anchor(page);
  const all = await house.call(boris, "GET", `/api/chat/rooms/${room}/messages/`);
  const above = Number(before.key.slice(1)) - 12;
  const own = all.filter(({ id, sender }) => sender.id === boris.id && id <= above).slice(-2);
  const long = "Правка, которая намного длиннее прежнего текста. ".repeat(8);
  await house.call(boris, "PATCH", `/api/chat/messages/${own[0].id}/`, { message: long });
  await bubble(page, "Правка, которая").waitFor({ state: "attached" });
  await house.call(boris, "DELETE", `/api/chat/messages/${own[1].id}/`);
  await bubble(page, "Сообщение удалено").waitFor({ state: "attached" });
  await still(page);
  ok(Math.abs((await yOf(page, before.key)) - before.y) <= 1);
  await page.context().close();
});

test("opens at the first unread message, with the line above it", async () => {
  await house.call(anna, "POST", `/api/chat/rooms/${room}/mark_read/`);
  for (let index = 1; index <= 30; index += 1) await house.write(boris, room, `новое ${index}`);
  const page = await ready(await house.page(anna, `/chat?room=${room}`));
  const line = page.getByText("Новые сообщения");
  await line.waitFor();
  await still(page);
  const thread = await scroller(page).boundingBox();
  const box = await line.boundingBox();
  ok(box.y >= thread.y && box.y < thread.y + thread.height / 3, `the line stands at ${box.y}`);
  equal(await bubble(page, "новое 1").first().getAttribute("data-unread"), "true");
  equal(await unread(), 30, "what was not seen is not read");
  await page.getByRole("button", { name: "Вниз, 30 новых сообщений" }).click();
  await until(async () => (await unread()) === 0, "the room is read");
  await page.context().close();
});

test("arrows move through the thread, Escape goes back to the field", async () => {
  const page = await ready(await house.page(anna, `/chat?room=${room}`));
  await bubble(page, "новое 30").first().waitFor();
  await still(page);
  const focusedText = () => page.evaluate(() => document.activeElement?.textContent ?? "");
  await page.locator('.bs-row[tabindex="0"]').focus();
  await page.keyboard.press("ArrowUp");
  await until(
    async () => (await focusedText()).includes("новое 29"),
    "the row above has the focus",
  );
  equal(await page.locator('.bs-row[tabindex="0"]').count(), 1);
  await page.keyboard.press("Enter");
  equal(await page.evaluate(() => document.activeElement?.getAttribute("aria-label")), "Нравится");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  equal(await page.evaluate(() => document.activeElement?.tagName), "TEXTAREA");
  await page.context().close();
  noFaults(house);
});

/** How much of the room Anna has not read. */
async function unread() {
  return (await house.call(anna, "GET", `/api/chat/rooms/${room}/`)).unread_count;
}
