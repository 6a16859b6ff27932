// People and an order with texts for ids, as hosts with UUID keys have them: they talk like any others.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  anna,
  boris,
  bubble,
  field,
  noBreaches,
  noFaults,
  openHouse,
  ready,
  say,
  shots,
  until,
} from "./house.mjs";

const client = { ...anna, id: "3f2c9b1e-7d54-4e0a-9c11-1b2d3c4e5f60" };
/** The host alone lets this one in: there is no password here. */
const { password: _, ...expert } = { ...boris, id: "a81b6c0d-22f4-4b8e-8f0e-93a7d1c2b3e4" };
const between = { client: client.id, expert: expert.id };
const uuids = [1, 2, 3, 4].map((n) => `b2a0e6d4-5c1f-4a77-8e3b-0f9d8c7b6a5${n}`);
const ODD = `Договор №17/б: 50% ${"я".repeat(109)}`;

let house;
before(async () => {
  mkdirSync(shots, { recursive: true });
  const orders = [...uuids, ODD, "0042", 42].map((id) => ({ id, number: `${id}`, ...between }));
  house = await openHouse({ people: [client, expert], orders });
});
after(async () => {
  await house?.end();
  console.log(`screenshots: ${shots}`);
});

/** A finger has no Enter that sends. */
const send = (page) => page.getByRole("button", { name: "Отправить" }).click();
const typing = (page) => page.locator(".bs-typing-words").filter({ hasText: "Печатает..." });

/** Somebody types, and the other one sees it. */
async function seenTyping(writer, reader, text) {
  await field(writer).pressSequentially(text, { delay: 20 });
  await typing(reader).waitFor();
}

/** The bubble is one's own on one page, and on the other stands on the left, with the name. */
async function saidBy(writer, reader, text, name) {
  const mine = bubble(writer, text);
  const heard = bubble(reader, text);
  await mine.getByTitle(/Отправлено|Прочитано/).waitFor();
  await heard.waitFor();
  equal(await mine.getAttribute("data-mine"), "true");
  equal(await heard.getAttribute("data-mine"), "false");
  equal(await mine.locator(".bs-name").count(), 0);
  equal(await heard.locator(".bs-name").textContent(), name);
  ok((await lean(mine)) > 0, "one's own stands on the right");
  ok((await lean(heard)) < 0, "the other's stands on the left");
}

/** How far a bubble stands to the right of the middle, in pixels. */
function lean(row) {
  return row.evaluate((element) => {
    const thread = element.closest(".bs-scroller").getBoundingClientRect();
    const words = element.querySelector(".bs-bubble").getBoundingClientRect();
    return words.left + words.right - thread.left - thread.right;
  });
}

async function fits(page) {
  const wide = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  ok(wide <= 0, `${wide} px too wide`);
}

const WIDTHS = { 1280: { width: 1280, height: 800 }, 375: { width: 375, height: 667 } };
const looks = Object.entries({ light: "375", dark: "1280" });
for (const [index, [colorScheme, width]] of looks.entries()) {
  const viewport = WIDTHS[width];
  test(`${colorScheme}, ${width} px: two people talk, and see each other type`, async () => {
    const order = uuids[index];
    const touch = width === "375" ? { isMobile: true, hasTouch: true } : {};
    const wishes = { viewport, colorScheme, axe: true, reducedMotion: "reduce", ...touch };
    const page = await ready(await house.page(client, `/chat?order=${order}`, wishes));
    match(page.url(), new RegExp(`/chat\\?room=order:${order}$`));
    const other = await ready(await house.page(expert, page.url(), wishes));
    for (const window of [page, other]) {
      await window.getByRole("heading", { name: `Заказ #${order}` }).waitFor();
    }
    await seenTyping(page, other, "Здравствуйте");
    await send(page);
    await saidBy(page, other, "Здравствуйте", "Анна Петрова");
    await typing(other).waitFor({ state: "hidden" });
    await seenTyping(other, page, "Добрый день");
    await send(other);
    await saidBy(other, page, "Добрый день", "Борис Орлов");
    await seenTyping(other, page, "Готово будет");
    await page.screenshot({ path: join(shots, `ids-anna-${width}-${colorScheme}.png`) });
    await other.screenshot({ path: join(shots, `ids-boris-${width}-${colorScheme}.png`) });
    for (const window of [page, other]) {
      await noBreaches(window, `ids ${colorScheme} ${width}`);
      await fits(window);
      await window.reload();
      await ready(window);
    }
    await saidBy(page, other, "Здравствуйте", "Анна Петрова");
    await saidBy(other, page, "Добрый день", "Борис Орлов");
    await bubble(page, "Здравствуйте").getByTitle("Прочитано").waitFor({ timeout: 25_000 });
    equal(await field(other).inputValue(), "Готово будет");
    for (const window of [page, other]) await window.context().close();
    noFaults(house);
  });
}

test("who logs in here finds the draft that is theirs, and a logout leaves nothing of it", async () => {
  const page = await house.page(null, `/chat?order=${uuids[0]}`);
  await page.getByLabel("Почта, имя или телефон").fill(client.username);
  await page.getByLabel("Пароль").fill(client.password);
  await page.getByRole("button", { name: "Войти" }).click();
  await ready(page);
  await bubble(page, "Здравствуйте").waitFor();
  equal(await bubble(page, "Здравствуйте").getAttribute("data-mine"), "true");
  await field(page).fill("недописанное");
  const kept = () => page.evaluate(() => Object.keys(localStorage).sort());
  await until(async () => (await kept()).some((key) => key.startsWith("bs-draft:")), "it is kept");
  await page.reload();
  await ready(page);
  equal(await field(page).inputValue(), "недописанное");
  await page.getByRole("button", { name: /^Настройки/ }).click();
  await page.getByRole("button", { name: "Выйти" }).click();
  await page.getByRole("button", { name: "Войти" }).waitFor();
  deepEqual(
    (await kept()).filter((key) => /^bs-(draft|out):|token/.test(key)),
    [],
  );
  await page.context().close();
  noFaults(house);
});

test("an order is opened by whatever it is called, in the list and on its own page", async () => {
  const wishes = { viewport: WIDTHS[375], isMobile: true, hasTouch: true };
  const page = await house.page(client, "/chat", wishes);
  const rooms = new Set();
  for (const order of [ODD, "0042", "42"]) {
    const line = page.getByLabel("Открыть чат по номеру заказа");
    await line.fill(` ${order} `);
    await line.press("Enter");
    await ready(page);
    await page.getByRole("heading", { name: `Заказ #${order}`, exact: true }).waitFor();
    await fits(page);
    rooms.add(page.url());
    await page.goBack();
    await page.locator(".bs-room").first().waitFor();
    await fits(page);
  }
  equal(rooms.size, 3);
  // Whichever room came into the list first, this one comes too, and once.
  await page.locator(".bs-room").getByTitle(ODD).first().waitFor();
  equal(await page.locator(".bs-room").getByTitle(ODD).count(), 1);
  await page.screenshot({ path: join(shots, "ids-list-375-light.png") });

  await page.goto(`${house.url}/chat?view=order&order=${encodeURIComponent(ODD)}`);
  await page.getByRole("heading", { name: `Заказ #${ODD}`, exact: true }).waitFor();
  await fits(page);
  await page.screenshot({ path: join(shots, "ids-order-375-light.png") });
  await page.getByRole("button", { name: "Открыть чат" }).click();
  await ready(page);
  await field(page).fill("из диалога");
  await send(page);
  await bubble(page, "из диалога").getByTitle("Отправлено").waitFor();

  await page.goto(`${house.url}/chat?order=${client.id}`);
  await page.getByText("Этот заказ вам недоступен.").waitFor();
  await page.context().close();
  noFaults(house);
});

test("who is deleted stays an author like any other, with the name", async () => {
  const page = await ready(await house.page(client, `/chat?order=${uuids[0]}`));
  await house.forget(expert);
  await say(page, "Вы ещё здесь?");
  await page.reload();
  await ready(page);
  const left = bubble(page, "Добрый день");
  await left.waitFor();
  equal(await left.getAttribute("data-mine"), "false");
  equal(await left.locator(".bs-name").textContent(), "Борис Орлов");
  ok((await lean(left)) < 0, "it stands on the left");
  equal(await bubble(page, "Вы ещё здесь?").getAttribute("data-mine"), "true");
  await page.screenshot({ path: join(shots, "ids-deleted-1280-light.png") });
  const [room] = await house.call(client, "GET", "/api/chat/rooms/");
  const told = await house.call(client, "GET", `/api/chat/rooms/${room.id}/messages/`);
  const author = told.find(({ message }) => message === "Добрый день").sender;
  ok(Number.isInteger(author.id) && author.id < 0, `${author.id}`);
  await page.context().close();
  noFaults(house);
});
