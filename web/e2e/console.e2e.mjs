// The staff's console in real browsers: a conversation from its first word to its end, and two who want the same one.
import { deepEqual, equal, ok } from "node:assert/strict";
import { after, before, test } from "node:test";
import { contextIn } from "./browser.mjs";
import { anna, field, noBreaches, noFaults, openHouse, say, shownTexts, until } from "./house.mjs";

const olga = {
  id: 5,
  username: "olga",
  first_name: "Ольга",
  last_name: "Белова",
  role: "operator",
  password: "лазурит-17",
};
const pyotr = {
  ...olga,
  id: 6,
  username: "pyotr",
  first_name: "Пётр",
  last_name: "Котов",
};

let house;
before(async () => {
  house = await openHouse({ people: [anna, olga, pyotr], orders: [] });
});
after(async () => {
  await house?.end();
});

const row = (page, name) => page.locator(".queue .bs-room").filter({ hasText: name });
const act = (page, name) => page.locator(".case-bar").getByRole("button", { name, exact: true });
const count = (page, tab) =>
  page.locator(".queue-tabs button").filter({ hasText: tab }).locator(".queue-count").textContent();

/** A visitor's room, as contract 5 opens it. */
function visit(customer_name, message) {
  const wish = { customer_name, message, subject: "Доставка" };
  return house.call(null, "POST", "/api/public/chat-rooms/", wish);
}

/** A visitor's browser with their room open: every byte that it is told is kept. */
async function visitor(room) {
  const context = await contextIn(house.browser);
  const page = await context.newPage();
  const told = [];
  page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => told.push(payload)));
  page.on("response", async (answer) => told.push(await answer.text().catch(() => "")));
  await page.goto(new URL("/healthz", house.url).href);
  await page.evaluate((id) => {
    const socket = new WebSocket(`${location.origin.replace("http", "ws")}/ws/chat/${id}/`);
    window.opened = new Promise((done) => {
      socket.onopen = done;
    });
    window.socket = socket;
    return window.opened;
  }, room);
  const heard = () => told.map(String).join("\n");
  const ask = (path) => page.evaluate((at) => fetch(at).then((answer) => answer.text()), path);
  return { heard, ask };
}

test("somebody logs in, and who is no staff is told so", async () => {
  const page = await house.page(null, "/admin/chat/");
  await page.getByLabel("Почта, имя или телефон").fill(olga.username);
  await page.getByLabel("Пароль").fill(olga.password);
  await page.getByRole("button", { name: "Войти" }).click();
  await page.getByText("Real-time Connected").waitFor();
  await page.context().close();
  const other = await house.page(anna, "/admin/chat");
  await other.getByRole("heading", { name: "Пульт вам недоступен" }).waitFor();
  await other.context().close();
  noFaults(house);
});

test("a conversation: taken, noted, answered, resolved, and the next one", async () => {
  const { id } = await visit("Вера", "Где мой заказ?");
  const customer = await visitor(id);
  const page = await house.page(olga, "/admin/chat");
  const hosts = new Set();
  page.on("request", (request) => hosts.add(new URL(request.url()).host));
  await page.getByText("Real-time Connected").waitFor();
  await row(page, "Вера").click();
  equal(new URL(page.url()).searchParams.get("room"), `support:${id}`, "a deep link");
  // Whoever comes later is in the list at once.
  await visit("Павел", "Карта не проходит");
  await row(page, "Павел").waitFor();
  equal(await count(page, "Новые"), "2");

  await act(page, "Взять себе").click();
  await page.locator(".case-who").filter({ hasText: "Отвечаете вы" }).waitFor();
  await until(async () => (await count(page, "Мои")) === "1", "it is mine");
  equal(await count(page, "Новые"), "1");

  const secret = "Проверить склад, клиенту не обещать";
  await page.getByLabel("Заметка видна только сотрудникам").fill(secret);
  await page.getByRole("button", { name: "Добавить заметку" }).click();
  const colleague = await house.page(pyotr, `/admin/chat?room=support:${id}`);
  await colleague.locator(".slip").filter({ hasText: secret }).waitFor();
  await colleague.locator(".case-who").filter({ hasText: "Ольга Белова" }).waitFor();

  await say(page, "Уже в пути");
  await until(() => customer.heard().includes("Уже в пути"), "the customer hears the answer");
  const asked = await customer.ask(`/api/public/chat-rooms/${id}/get_messages/`);
  ok(asked.includes("Уже в пути") && customer.heard().includes("Где мой заказ?"), "both are heard");
  await customer.ask(`/api/public/chat-rooms/${id}/`);
  ok(!customer.heard().includes("склад"), "nothing of the note reaches the customer");

  // A canned reply stands in the field with its names filled in.
  await page.getByRole("button", { name: "Готовые ответы" }).click();
  await page.getByRole("button", { name: "Новый ответ" }).click();
  const form = page.locator(".console-form");
  await form.getByLabel("Название").fill("Прощание");
  await form.getByLabel("Сокращение").fill("пока");
  await form.getByLabel("Текст").fill("Хорошего дня, {{customer.first_name}}.");
  await form.getByRole("button", { name: "Сохранить" }).click();
  await page.locator(".replies li").filter({ hasText: "Прощание" }).waitFor();
  await page.keyboard.press("Escape");
  await page
    .locator(".context")
    .getByRole("button", { name: /Прощание/ })
    .click();
  equal(await field(page).inputValue(), "Хорошего дня, Вера.");
  await field(page).press("Enter");
  await until(() => customer.heard().includes("Хорошего дня, Вера."), "the reply is sent");

  await act(page, "Решено, дальше").click();
  await until(() => !page.url().includes(id), "the next one is open");
  await page.locator(".bs-window").getByText("Карта не проходит").waitFor();
  deepEqual(await shownTexts(page), ["Карта не проходит"]);
  const now = await house.call(olga, "GET", `/api/v1/cases/support:${id}/`);
  deepEqual([now.state, now.assigned_to, now.notes], ["resolved", "5", 1]);
  deepEqual([...hosts], [new URL(house.url).host], "no other host is asked");
  await page.context().close();
  await colleague.context().close();
  noFaults(house);
});

test("two want the same one: the later is told who has it, and may take it over", async () => {
  const { id } = await visit("Софья", "Можно примерить?");
  const path = `/admin/chat?room=support:${id}`;
  const [first, second] = await Promise.all([house.page(olga, path), house.page(pyotr, path)]);
  await act(second, "Взять себе").waitFor();
  // The news of the first one has not come to the second when they press.
  let isFirst = true;
  await second.route(/\/api\/v1\/cases\/support/, async (route) => {
    if (route.request().method() === "PATCH" && isFirst) {
      isFirst = false;
      await house.call(olga, "PATCH", `/api/v1/cases/support:${id}/`, { assigned_to: "5" });
    }
    await route.continue();
  });
  await act(second, "Взять себе").click();
  const notice = second
    .getByRole("alert")
    .filter({ hasText: "Ольга Белова уже ведёт этот диалог" });
  await notice.waitFor();
  await first.locator(".case-who").filter({ hasText: "Отвечаете вы" }).waitFor();
  await notice.getByRole("button", { name: "Забрать" }).click();
  await second.locator(".case-who").filter({ hasText: "Отвечаете вы" }).waitFor();
  await first.locator(".case-who").filter({ hasText: "Пётр Котов" }).waitFor();

  // Back to a colleague, by their name; then by keyboard.
  await act(second, "Передать").click();
  await second.getByRole("searchbox").fill("Бел");
  await second.locator(".choices button").filter({ hasText: "Ольга Белова" }).click();
  await first.locator(".case-who").filter({ hasText: "Отвечаете вы" }).waitFor();
  await first.locator(".queue-tabs button").filter({ hasText: "Мои" }).click();
  await first.keyboard.press("Alt+e");
  await first.locator(".queue-state[data-state=resolved]").first().waitFor();
  await first.keyboard.press("?");
  await first.getByRole("heading", { name: "Клавиши" }).waitFor();
  await Promise.all([first.context().close(), second.context().close()]);
  noFaults(house);
});

for (const colorScheme of ["light", "dark"]) {
  for (const [width, height] of [
    [1280, 800],
    [375, 667],
  ]) {
    test(`everybody can use it: ${colorScheme}, ${width} wide`, async () => {
      const { id } = await visit("Лев", "Есть ли доставка?");
      const options = { axe: true, colorScheme, viewport: { width, height } };
      const page = await house.page(olga, "/admin/chat", options);
      await row(page, "Лев").last().waitFor();
      await noBreaches(page, "the queue");
      await page.getByRole("button", { name: "Часы работы" }).click();
      await page.getByRole("heading", { name: "Часы работы" }).waitFor();
      await page.locator(".day").first().waitFor();
      await noBreaches(page, "the hours");
      await page.keyboard.press("Escape");
      await page.locator(`.queue a[href$="${id}"]`).click();
      await field(page).waitFor();
      await noBreaches(page, "a conversation");
      if (width < 768) {
        await act(page, "Подробнее").click();
        await page.locator(".note-field").waitFor();
        await noBreaches(page, "what stands beside it");
        await page.getByRole("button", { name: "Закрыть" }).click();
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        equal(wide, width, "nothing is wider than the screen");
        await page.getByRole("button", { name: "К списку чатов" }).click();
        await row(page, "Лев").last().waitFor();
      }
      await page.context().close();
      noFaults(house);
    });
  }
}
