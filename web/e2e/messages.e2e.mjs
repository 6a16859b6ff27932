// What people do with messages: answer and jump, react, mention, pin, mark unread; scenarios 15, 16 and 18 among them.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  anna,
  boris,
  bubble,
  choose,
  field,
  noBreaches,
  noFaults,
  openHouse,
  orders,
  ready,
  say,
  until,
} from "./house.mjs";

let house;
before(async () => {
  house = await openHouse({ orders: orders(12) });
});
after(() => house?.end());

const scroller = (page) => page.locator(".bs-scroller");
const rowOf = (page, text) => bubble(page, text).first();

/** A message by the native API, as this person. */
const send = (person, key, text, more = {}) =>
  house.call(person, "POST", `/api/v1/rooms/${key}/messages/`, {
    client_id: crypto.randomUUID(),
    text,
    ...more,
  });

/** Whether a row lies within the thread as it is scrolled now. */
async function inView(page, text) {
  const [row, thread] = await Promise.all([
    rowOf(page, text).boundingBox(),
    scroller(page).boundingBox(),
  ]);
  return (
    row !== null && row.y >= thread.y - 1 && row.y + row.height <= thread.y + thread.height + 1
  );
}

async function readAll(person, key) {
  const { seq } = await house.call(person, "GET", `/api/v1/rooms/${key}/`);
  await house.call(person, "PUT", `/api/v1/rooms/${key}/receipt/`, { read_seq: seq });
}

test("15: emoji and a mention by the keyboard alone", async () => {
  await house.roomOf(17);
  const page = await ready(await house.page(anna, "/chat?room=order:17"));
  await field(page).pressSequentially("Готово :tada");
  await page.getByRole("option").first().waitFor();
  await field(page).press("Enter");
  match(await field(page).inputValue(), /^Готово 🎉 $/u);
  await field(page).pressSequentially("@Бо");
  await page.getByRole("option", { name: "Борис Орлов" }).waitFor();
  await field(page).press("Tab");
  equal(await field(page).inputValue(), "Готово 🎉 @Борис Орлов ");
  await field(page).press("Enter");
  await rowOf(page, "@Борис Орлов").getByTitle("Отправлено").waitFor();
  const room = await house.call(boris, "GET", "/api/v1/rooms/order:17/");
  equal(room.me.mentions, 1);
  deepEqual(room.last_message.mentions, [`${boris.id}`]);

  // All emoji, by keys: to the button, a word, and the first that is found.
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  const picker = page.getByRole("dialog", { name: "Эмодзи" });
  await picker.locator(".bs-emoji-one:visible").first().waitFor();
  await page.keyboard.type("сердце");
  await picker.locator(".bs-emoji-one:visible").first().waitFor();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await until(async () => (await field(page).inputValue()) !== "", "it is in the field");
  await field(page).fill("");
  await page.context().close();
  noFaults(house);
});

test("16: a reply quotes; a press goes to what is far away, and there is a way back", async () => {
  await house.roomOf(18);
  const key = "order:18";
  const { seq } = await send(boris, key, "С чего всё началось");
  for (let index = 1; index <= 160; index += 1) await send(boris, key, `между ${index}`);
  await readAll(anna, key);
  const page = await ready(await house.page(anna, `/chat?room=${key}`));
  const far = await send(anna, key, "Отвечаю на первое", { reply_to: seq });
  const answer = rowOf(page, "Отвечаю на первое");
  await answer.waitFor();
  await answer.locator(".bs-quote").click();
  const first = page.locator(`.bs-row[data-lit="true"]`).filter({ hasText: "С чего всё началось" });
  await first.waitFor();
  await until(() => inView(page, "С чего всё началось"), "it is in view");
  equal(await rowOf(page, "между 160").count(), 0, "what is between was not all brought in");

  // Somebody changes it meanwhile.
  await house.call(boris, "PATCH", `/api/v1/rooms/${key}/messages/${seq}/`, {
    text: "С чего всё началось, точнее",
  });
  await rowOf(page, "точнее").getByText("изм.").waitFor();
  await page.getByRole("button", { name: "Назад к ответу" }).click();
  await until(() => inView(page, "Отвечаю на первое"), "it is back");
  await page.getByRole("button", { name: "Назад к ответу" }).waitFor({ state: "detached" });

  // By the menu of a message, and by keys: Ctrl+Up goes to the one before.
  await choose(page, "между 160", "Ответить");
  await page.getByText("Ответ: Борис Орлов").waitFor();
  await field(page).press("Control+ArrowUp");
  await page.locator(".bs-edit-text").getByText("между 159").waitFor();
  await field(page).fill("на предпоследнее");
  await field(page).press("Enter");
  await rowOf(page, "на предпоследнее").locator(".bs-quote").getByText("между 159").waitFor();
  const { last_message } = await house.call(boris, "GET", `/api/v1/rooms/${key}/`);
  equal(last_message.reply_to.seq, far.seq - 2);
  await page.context().close();

  // A link to a message opens the room there.
  const other = await ready(await house.page(boris, `/chat?room=${key}&at=${seq}`));
  await until(() => inView(other, "точнее"), "the room opens at the message");
  await other.getByRole("button", { name: /^Вниз/ }).click();
  await until(() => inView(other, "на предпоследнее"), "the end is one press away");
  await other.context().close();
  noFaults(house);
});

test("18: reactions of two people at once, each with its count, and one's own marked", async () => {
  await house.roomOf(19);
  const key = "order:19";
  await send(boris, key, "Нравится?");
  const page = await ready(await house.page(anna, `/chat?room=${key}`));
  const other = await ready(await house.page(boris, `/chat?room=${key}`));
  await Promise.all(
    [page, other].map(async (one) => {
      await rowOf(one, "Нравится?").locator(".bs-bubble").click({ button: "right" });
      await one.getByRole("menuitemcheckbox", { name: "👍" }).click();
    }),
  );
  for (const one of [page, other]) {
    const pill = rowOf(one, "Нравится?").locator(".bs-reaction");
    await pill.filter({ hasText: "2" }).waitFor();
    equal(await pill.count(), 1);
    equal(await pill.getAttribute("aria-pressed"), "true");
    equal(await pill.getAttribute("aria-label"), "👍, 2 человека");
  }
  await rowOf(page, "Нравится?").locator(".bs-reaction").click();
  await rowOf(other, "Нравится?").locator(".bs-reaction").filter({ hasText: "1" }).waitFor();
  await rowOf(page, "Нравится?").locator('.bs-reaction[aria-pressed="false"]').waitFor();
  // Any emoji, by the menu.
  await rowOf(page, "Нравится?").locator(".bs-bubble").click({ button: "right" });
  await page.getByRole("menuitem", { name: "Другая реакция" }).click();
  await page.locator(".bs-emoji-one:visible").nth(4).click();
  await until(
    async () => (await rowOf(other, "Нравится?").locator(".bs-reaction").count()) === 2,
    "the other sees it",
  );
  await page.context().close();
  await other.context().close();
  noFaults(house);
});

test("a message is pinned for everybody, and marked unread for oneself", async () => {
  await house.roomOf(20);
  const key = "order:20";
  await send(boris, key, "Адрес: Садовая, 5");
  await send(boris, key, "А это не важно");
  const page = await ready(await house.page(anna, `/chat?room=${key}`));
  const other = await ready(await house.page(boris, `/chat?room=${key}`));
  await choose(page, "Адрес", "Закрепить");
  await rowOf(other, "Адрес").getByTitle("Закреплено").waitFor();
  await choose(page, "Адрес", "Открепить");
  await rowOf(other, "Адрес").getByTitle("Закреплено").waitFor({ state: "detached" });

  await until(async () => {
    const { me } = await house.call(anna, "GET", `/api/v1/rooms/${key}/`);
    return me.unread === 0;
  }, "it is read");
  await page.evaluate(() => Object.defineProperty(document, "hasFocus", { value: () => false }));
  await page.evaluate(() => dispatchEvent(new Event("blur")));
  await choose(page, "Адрес", "Отметить непрочитанным");
  await until(async () => {
    const { me } = await house.call(anna, "GET", `/api/v1/rooms/${key}/`);
    return me.unread_from !== null;
  }, "it is marked");
  await page.locator('.bs-room[data-unread="true"]').filter({ hasText: "Заказ #20" }).waitFor();
  await page.context().close();
  await other.context().close();
  noFaults(house);
});

test("a room with more unread than a page opens at the first of them, and says how many", async () => {
  await house.roomOf(21);
  const key = "order:21";
  await send(boris, key, "прочитано");
  await readAll(anna, key);
  for (let index = 1; index <= 133; index += 1) await send(boris, key, `ново ${index}`);
  const page = await ready(await house.page(anna, `/chat?room=${key}`));
  await page.getByText("Новые сообщения: 133").waitFor();
  await until(() => inView(page, "ново 1"), "the first one is in view");
  // Reading goes as far as one has seen.
  const unread = async () => (await house.call(anna, "GET", `/api/v1/rooms/${key}/`)).me.unread;
  await until(async () => (await unread()) < 133, "what is in view is read");
  ok((await unread()) > 60, `${await unread()} are left`);
  // Down to the end by the wheel: nothing is missing on the way.
  await scroller(page).hover();
  const seen = new Set();
  await until(
    async () => {
      for (const text of await page.locator(".bs-row .bs-text").allTextContents()) seen.add(text);
      await page.mouse.wheel(0, 500);
      const isEnd = await scroller(page).evaluate(
        (one) => one.scrollHeight - one.scrollTop - one.clientHeight < 2,
      );
      return isEnd && seen.has("ново 133");
    },
    "the end is reached",
    60_000,
  );
  deepEqual(
    Array.from({ length: 133 }, (_, index) => `ново ${index + 1}`).filter(
      (text) => !seen.has(text),
    ),
    [],
  );
  await until(async () => (await unread()) === 0, "all is read");
  await page.context().close();
  noFaults(house);
});

for (const [colorScheme, order] of [
  ["light", 22],
  ["dark", 24],
]) {
  test(`${colorScheme}: the menu, a quotation and reactions are accessible, by a finger too`, async () => {
    const { id } = await house.roomOf(order);
    const key = `order:${order}`;
    const { seq } = await send(boris, key, "Вопрос");
    await send(boris, key, "Ответ", { reply_to: seq });
    const touch = { viewport: { width: 375, height: 667 }, isMobile: true, hasTouch: true };
    const page = await ready(
      await house.page(anna, `/chat?room=${id}`, {
        ...touch,
        ...{ colorScheme, axe: true, reducedMotion: "reduce" },
      }),
    );
    const { x, y, width, height } = await bubble(page, "Ответ").locator(".bs-bubble").boundingBox();
    const finger = await page.context().newCDPSession(page);
    const touched = (type, touchPoints) =>
      finger.send("Input.dispatchTouchEvent", { type, touchPoints });
    await touched("touchStart", [{ x: x + width / 2, y: y + height - 12 }]);
    await page.getByRole("menu").waitFor();
    await touched("touchEnd", []);
    await noBreaches(page, `menu ${colorScheme}`);
    await page.getByRole("menuitemcheckbox", { name: "❤️" }).click();
    await bubble(page, "Ответ").locator(".bs-reaction").first().waitFor();
    await noBreaches(page, `thread ${colorScheme}`);
    const wide = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    ok(wide <= 0, `${wide} px too wide`);
    await page.context().close();
    noFaults(house);
  });
}

test("what is written about a message that changes meanwhile is not lost", async () => {
  await house.roomOf(23);
  const key = "order:23";
  const { seq } = await send(anna, key, "Первая редакция");
  const page = await ready(await house.page(anna, `/chat?room=${key}`));
  await rowOf(page, "Первая редакция").waitFor();
  await field(page).press("ArrowUp");
  await field(page).fill("Моя редакция");
  const at = `/api/v1/rooms/${key}/messages/${seq}/`;
  await house.call(anna, "PATCH", at, { text: "Редакция из другого окна" });
  await page.getByText("Сообщение изменили в другом окне.").waitFor();
  await house.call(anna, "DELETE", at);
  await page.getByText("Сообщение уже удалено.").waitFor();
  await field(page).press("Enter");
  equal(await field(page).inputValue(), "Моя редакция");
  await field(page).press("Escape");
  await say(page, "Дальше");
  await rowOf(page, "Дальше").getByTitle("Отправлено").waitFor();
  await page.context().close();
  noFaults(house);
});

test("a room is pinned, muted and archived from its head; one sound for two tabs, and none of a muted room", async () => {
  for (const order of [25, 26]) await house.roomOf(order);
  const page = await ready(await house.page(anna, "/chat?room=order:25"));
  const counting = () => {
    window.sounds = 0;
    const { createOscillator } = AudioContext.prototype;
    AudioContext.prototype.createOscillator = function (...words) {
      window.sounds += 1;
      return createOscillator.apply(this, words);
    };
  };
  await page.context().addInitScript(counting);
  await page.reload();
  await ready(page);
  const tab = await page.context().newPage();
  await tab.goto(`${house.url}/chat?room=order:25`);
  await ready(tab);
  for (const one of [tab, page]) {
    await one.bringToFront();
    await one.locator(".bs-header").click();
  }
  // Two tones a sound, in whichever tab leads.
  const sounds = async () =>
    (await page.evaluate(() => window.sounds)) + (await tab.evaluate(() => window.sounds));
  await send(boris, "order:26", "слышно");
  await until(async () => (await sounds()) === 2, "one sound for both tabs");

  const head = async (word) => {
    await page.locator(".bs-header").getByRole("button", { name: "Что сделать с чатом" }).click();
    await page.getByRole("menuitem", { name: word }).click();
  };
  const row = (order) => page.locator(".bs-room").filter({ hasText: `Заказ #${order}` });
  await row(26).click();
  await page.getByRole("heading", { name: "Заказ #26" }).waitFor();
  await ready(page);
  await head("Без звука на час");
  await row(26).getByTitle("Без звука").waitFor();
  await head("Закрепить чат");
  await row(26).getByTitle("Закреплено").waitFor();
  equal(await page.locator(".bs-room").first().getByText("Заказ #26").count(), 1);
  await row(25).click();
  await page.getByRole("heading", { name: "Заказ #25" }).waitFor();
  await send(boris, "order:26", "не слышно");
  await row(26).getByText("не слышно").waitFor();
  equal(await sounds(), 2);
  equal(await page.title(), "Беседа", "what is muted does not count");
  await row(26).click();
  await page.getByRole("heading", { name: "Заказ #26" }).waitFor();
  await ready(page);
  await head("Включить звук");
  await row(26).getByTitle("Без звука").waitFor({ state: "detached" });
  await head("В архив");
  await row(26).waitFor({ state: "detached" });
  await page.context().close();
  noFaults(house);
});
