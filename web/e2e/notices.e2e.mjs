// What the host application says in a room, in nobody's name: live and after a reload, on every width.
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
  orders,
  ready,
  shots,
  until,
} from "./house.mjs";

let house;
before(async () => {
  mkdirSync(shots, { recursive: true });
  house = await openHouse({ orders: orders(7) });
});
after(async () => {
  await house?.end();
  console.log(`screenshots: ${shots}`);
});

const LONG =
  "Заказ передан в работу. Срок — пятница, подробности: https://shop.example/orders/17, вопросы задавайте здесь.";
const notice = (page, text) => page.locator(".bs-notice").filter({ hasText: text });

/** The notice is drawn as one: quiet, nobody's, and in the middle. */
async function isQuiet(page, text) {
  const row = notice(page, text);
  await row.waitFor();
  equal(await row.count(), 1);
  match(await row.getAttribute("aria-label"), /^Уведомление, \d\d:\d\d: /);
  equal(await row.getAttribute("data-mine"), null);
  equal(await row.locator(".bs-name, .bs-avatar, .bs-bubble, .bs-actions, button").count(), 0);
  const off = await row.evaluate((element) => {
    const thread = element.closest(".bs-scroller").getBoundingClientRect();
    const words = element.querySelector(".bs-notice-words").getBoundingClientRect();
    return Math.abs(thread.left + thread.right - words.left - words.right);
  });
  // The scrollbar takes a little on one side.
  ok(off <= 16, `${off} px out of the middle`);
}

const WIDTHS = { 1280: { width: 1280, height: 800 }, 375: { width: 375, height: 667 } };
let order = 16;
for (const [colorScheme, width] of Object.entries({ light: "375", dark: "1280" })) {
  const viewport = WIDTHS[width];
  test(`${colorScheme}, ${width} px: both pages show it live and after a reload`, async () => {
    order += 1;
    const { id } = await house.roomOf(order);
    const touch = width === "375" ? { isMobile: true, hasTouch: true } : {};
    const wishes = { viewport, colorScheme, axe: true, reducedMotion: "reduce", ...touch };
    const pages = [];
    for (const person of [anna, boris]) {
      pages.push(await ready(await house.page(person, `/chat?room=${id}`, wishes)));
    }
    const [, other] = pages;
    await house.write(anna, id, "Здравствуйте, оплатила");
    await bubble(other, "оплатила").waitFor();
    await house.announce(order, "Заказ оплачен");
    await house.announce(order, LONG);
    for (const window of pages) {
      await isQuiet(window, "Заказ оплачен");
      await isQuiet(window, LONG);
      equal(await window.locator(".bs-badge").getAttribute("data-online"), "true");
    }
    await house.write(boris, id, "Спасибо, начинаю");
    await house.write(boris, id, "К пятнице будет готово");
    for (const window of pages) {
      await window.reload();
      await ready(window);
      await isQuiet(window, "Заказ оплачен");
      await isQuiet(window, LONG);
      await bubble(window, "К пятнице").waitFor();
    }
    const heads = await other
      .locator(".bs-row")
      .evaluateAll((all) => all.map(({ dataset }) => dataset.head));
    deepEqual(heads, ["true", "true", "false", "true", "false"]);
    for (const [index, window] of pages.entries()) {
      await window.screenshot({
        path: join(shots, `notices-${index ? "boris" : "anna"}-${width}-${colorScheme}.png`),
      });
      await noBreaches(window, `notices ${colorScheme} ${width}`);
      const wide = await window.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      ok(wide <= 0, `${wide} px too wide`);
      await window.context().close();
    }
    noFaults(house);
  });
}

test("it is read out, counted as unread, and shown in the list", async () => {
  const { id } = await house.roomOf(21);
  const page = await ready(await house.page(anna, `/chat?room=${id}`));
  await house.announce(21, "Курьер выехал");
  await page.getByRole("log").filter({ hasText: "Уведомление: Курьер выехал" }).waitFor();
  await isRead(id);
  await page.goto(`${house.url}/chat`);
  await page.locator(".bs-room").first().waitFor();
  await house.announce(21, "Курьер\nприехал");
  const row = page.locator(".bs-room").filter({ hasText: "Заказ #21" });
  await row.locator(".bs-count").filter({ hasText: "1" }).waitFor({ timeout: 25_000 });
  equal(await row.locator(".bs-preview").textContent(), "Курьер приехал");
  await row.click();
  await page.getByText("Новые сообщения").waitFor();
  equal(await notice(page, "приехал").getAttribute("data-unread"), "true");
  await isRead(id);
  await page.context().close();
  noFaults(house);
});

async function isRead(room) {
  const unread = async () =>
    (await house.call(anna, "GET", `/api/chat/rooms/${room}/`)).unread_count;
  await until(async () => (await unread()) === 0, "it was read");
}

test("the keyboard walks through it, and finds no way to change it", async () => {
  const { id } = await house.roomOf(23);
  await house.write(anna, id, "до");
  await house.announce(23, "Подробности: https://shop.example/orders/23");
  await house.write(anna, id, "после");
  await house.announce(23, "Готово");
  const page = await ready(await house.page(anna, `/chat?room=${id}`));
  await notice(page, "Готово").waitFor();
  const active = () => page.evaluate(() => document.activeElement?.textContent ?? "");
  await page.locator('.bs-row[tabindex="0"]').focus();
  match(await active(), /^Готово/);
  await page.keyboard.press("Enter");
  match(await active(), /^Готово/);
  for (const text of ["после", "Подробности"]) {
    await page.keyboard.press("ArrowUp");
    await until(async () => (await active()).includes(text), `${text} has the focus`);
  }
  await page.keyboard.press("Enter");
  equal(await active(), "https://shop.example/orders/23");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  // The last of one's own is edited, not the last of all.
  await field(page).press("ArrowUp");
  equal(await field(page).inputValue(), "после");
  await page.context().close();
  noFaults(house);
});

test("odd data cost their own row, and nothing else", async () => {
  const { id } = await house.roomOf(17);
  const page = await house.page(boris, "/chat");
  let sockets = 0;
  await page.routeWebSocket(/\/api\/v1\/ws/, (socket) => {
    sockets += 1;
    const server = socket.connectToServer();
    server.onMessage((frame) => {
      const told = JSON.parse(String(frame));
      if (told.type === "changes" && told.messages.length > 1) {
        // A time that is none, nobody where somebody was, and what cannot be drawn at all.
        told.messages[0].created_at = null;
        Object.assign(told.messages[1], { author: null, reactions: null, files: null });
        told.messages[2].files = [7];
        told.messages[2].text = { is: "no text" };
      }
      socket.send(JSON.stringify({ type: "weather", is: "fine" }));
      socket.send(JSON.stringify(told));
    });
  });
  await page.goto(`${house.url}/chat?room=${id}`);
  await ready(page);
  await page.getByText("Это сообщение не удалось показать").waitFor();
  equal(await page.locator(".bs-odd").count(), 1);
  await house.write(anna, id, "А это читается");
  await bubble(page, "А это читается").waitFor();
  equal(sockets, 1);
  await page.context().close();
  house.faults.length = 0;
});
