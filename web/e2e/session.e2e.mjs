// Who is logged in: a host's tokens that end or are taken back behind an open chat, and a logout.
import { deepEqual, equal, ok } from "node:assert/strict";
import { after, before, test } from "node:test";
import { anna, boris, bubble, field, noFaults, openHouse, ready, say, until } from "./house.mjs";
import { openShop } from "./shop.mjs";

let house;
let shop;
before(async () => {
  shop = await openShop();
  house = await openHouse({ settings: shop.settings });
  shop.beseda = house.url;
});
after(async () => {
  await house?.end();
  shop?.end();
});

/** Anna in the shop, in the room of an order, and Boris here in the same. */
async function inShop(order, seconds) {
  shop.asked.length = 0;
  shop.seconds = seconds;
  shop.room = (await house.roomOf(order)).id;
  const page = await house.page(null, shop.url);
  const sockets = [];
  page.on("websocket", (socket) => sockets.push(socket));
  await ready(page);
  const other = await ready(await house.page(boris, `/chat?room=${shop.room}`));
  return { page, other, sockets };
}

const states = (page) => page.evaluate(() => window.states);

test("tokens of seconds are renewed before they end, and the socket stays", async () => {
  const { page, other, sockets } = await inShop(18, 8);
  await until(() => shop.asked.length >= 4, "the shop is asked again and again", 30_000);
  deepEqual([...new Set(shop.asked)], ["start", "ending"]);
  await say(page, "Через три токена");
  await bubble(other, "Через три токена").waitFor();
  deepEqual(await states(page), ["checking", "in"]);
  equal(sockets.length, 1);
  await page.context().close();
  await other.context().close();
  noFaults(house);
});

test("the shop's tokens are taken back, and the chat goes on without a word", async () => {
  const { page, other } = await inShop(17, 300);
  await say(page, "До");
  await bubble(other, "До").waitFor();
  await field(page).fill("недописанное");
  equal(shop.asked.join(), "start");

  house.run("person", "sign-out", `${anna.id}`);
  await until(() => shop.asked.length === 2, "the shop is asked once more");
  equal(shop.asked.join(), "start,refused");
  equal(await field(page).inputValue(), "недописанное");
  await say(page, "После");
  await bubble(other, "После").waitFor();
  await say(other, "Вижу");
  await bubble(page, "Вижу").waitFor();
  deepEqual(await states(page), ["checking", "in"]);
  equal(shop.asked.join(), "start,refused");
  await page.context().close();
  await other.context().close();
  noFaults(house);
});

test("the settings say who one is, whether one has logged in or was known again", async () => {
  const page = await house.page(boris);
  const name = async () => {
    await page.getByRole("button", { name: "Настройки: Борис Орлов" }).click();
    equal(await page.locator(".settings-name").textContent(), "Борис Орлов");
    equal(await page.locator(".settings-role").textContent(), "Эксперт");
  };
  await name();
  await page.getByRole("button", { name: "Выйти" }).click();
  await page.getByLabel("Почта, имя или телефон").fill("boris");
  await page.getByLabel("Пароль").fill(boris.password);
  await page.getByRole("button", { name: "Войти" }).click();
  await name();
  await page.context().close();
  noFaults(house);
});

test("a logout ends the refresh token, and the other tab hears of it", async () => {
  const page = await house.page(boris);
  const other = await page.context().newPage();
  await other.goto(page.url());
  await other.getByRole("button", { name: /^Настройки/ }).waitFor();
  const refresh = await page.evaluate(() => localStorage.getItem("tp_refresh_token"));
  ok(refresh);

  await page.getByRole("button", { name: /^Настройки/ }).click();
  const told = page.waitForResponse(/\/logout\/$/);
  await page.getByRole("button", { name: "Выйти" }).click();
  equal((await told).status(), 204);
  await other.getByLabel("Пароль").waitFor();
  const answer = await fetch(`${house.url}/api/token/refresh/`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ refresh }),
  });
  equal(answer.status, 401);
  equal(await other.evaluate(() => localStorage.getItem("tp_access_token")), null);
  await page.context().close();
  noFaults(house);
});
