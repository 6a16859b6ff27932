// The school: somebody is found and written to, groups are made, and messages are found again.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  anna,
  boris,
  bubble,
  noBreaches,
  noFaults,
  openHouse,
  ready,
  say,
  shots,
  until,
} from "./house.mjs";

const person = (id, username, first_name, last_name, role) => ({
  ...{ id, username, first_name, last_name, role },
  email: `${username}@school.example`,
  password: `тетрадь-${id}`,
});
const taras = person(5, "taras", "Тарас", "Лисин", "teacher");
const sofia = person(6, "sofia", "София", "Зимина", "student");
const semyon = person(7, "semyon", "Семён", "Рябов", "student");
const gleb = person(8, "gleb", "Глеб", "Заходер", "guest");
const algebra = {
  id: 1,
  name: "10 «Б», алгебра",
  teacher: taras.id,
  students: [sofia.id, semyon.id],
};

const NARROW = { viewport: { width: 375, height: 667 }, isMobile: true, hasTouch: true };

let house;
before(async () => {
  mkdirSync(shots, { recursive: true });
  const people = [anna, boris, taras, sofia, semyon, gleb];
  house = await openHouse({ people, groups: [algebra] });
});
after(async () => {
  await house?.end();
  console.log(`screenshots: ${shots}`);
});

const rows = (page) => page.locator(".bs-rooms .bs-room");
const search = (page) => page.getByRole("searchbox", { name: "Люди, чаты и сообщения" });

/** Logs in by the form, as people do. */
async function come({ username, password }) {
  const page = await house.page(null, "/chat");
  await page.getByLabel("Почта, имя или телефон").fill(username);
  await page.getByLabel("Пароль").fill(password);
  await page.getByRole("button", { name: "Войти" }).click();
  await page.getByRole("tab", { name: "Чаты" }).waitFor();
  return page;
}

/** Searches for `typed`, in the tab for it. */
async function seek(page, typed) {
  await page.getByRole("tab", { name: "Поиск" }).click();
  await search(page).fill(typed);
}

/** How many messages contract 2 counts as unread, over all chats. */
async function unreadOf(who) {
  const chats = await house.call(who, "GET", "/api/chats/");
  return chats.reduce((sum, { unread_count }) => sum + unread_count, 0);
}

test("a teacher finds a student and writes; the student sees it and answers; the teacher sees the answer", async () => {
  const teacher = await come(taras);
  await teacher.getByRole("heading", { name: "Чатов пока нет" }).waitFor();
  equal(await teacher.getByLabel("Открыть чат по номеру заказа").count(), 0);
  await seek(teacher, "софи");
  await teacher.getByRole("button", { name: "Написать: София Зимина" }).click();
  await teacher.getByRole("heading", { name: "София Зимина" }).waitFor();
  match(teacher.url(), /\?room=private:5:6$/);
  await say(teacher, "Привет");
  await bubble(teacher, "Привет").getByTitle("Отправлено").waitFor();
  equal(await unreadOf(sofia), 1);

  const student = await come(sofia);
  const row = rows(student).filter({ hasText: "Тарас Лисин" });
  await row.waitFor();
  match(await row.textContent(), /Привет.*1 непрочитанное сообщение/s);
  equal(await student.title(), "(1) Беседа");
  await row.click();
  await bubble(student, "Привет").waitFor();
  await student.bringToFront();
  await until(async () => (await unreadOf(sofia)) === 0, "the opened thread is read");
  await say(student, "Здравствуйте, Тарас!");

  await bubble(teacher, "Здравствуйте, Тарас!").waitFor();
  await teacher.bringToFront();
  await until(async () => (await unreadOf(taras)) === 0, "the answer is read");
  await teacher.context().close();
  await student.context().close();
  noFaults(house);
});

test("whoever is found again is written to in the chat that stands", async () => {
  const page = await house.page(sofia);
  await seek(page, "лиси");
  await page.getByRole("button", { name: "Написать: Тарас Лисин" }).click();
  await bubble(page, "Привет").waitFor();
  equal((await house.call(sofia, "GET", "/api/chats/")).length, 1);
  await page.context().close();
});

test("a group of a class, and one of people", async () => {
  const page = await house.page(taras);
  const make = page.getByRole("button", { name: "Новая группа" });
  const dialog = page.getByRole("dialog", { name: "Новая группа" });
  await make.click();
  await dialog.getByRole("button", { name: "Создать" }).click();
  await dialog.getByText("Напишите название группы.").waitFor();
  await dialog.getByLabel("Класс").selectOption(algebra.name);
  equal(await dialog.getByLabel("Название группы").inputValue(), algebra.name);
  deepEqual(
    await dialog.getByRole("list", { name: "Кто в группе" }).locator("bdi").allTextContents(),
    ["София Зимина", "Семён Рябов"],
  );
  await dialog.getByRole("button", { name: "Создать" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("heading", { name: algebra.name }).waitFor();
  await say(page, "Контрольная в пятницу");

  await make.click();
  await dialog.getByLabel("Название группы").fill("Олимпиада");
  await dialog.getByRole("button", { name: "Создать" }).click();
  await dialog.getByText("Выберите хотя бы одного человека.").waitFor();
  await dialog.getByRole("searchbox", { name: "Кто в группе" }).fill("семен");
  await dialog.getByRole("button", { name: "Добавить: Семён Рябов" }).click();
  await dialog.getByRole("button", { name: "Убрать: Семён Рябов" }).waitFor();
  await dialog.getByRole("button", { name: "Создать" }).click();
  await page.getByRole("heading", { name: "Олимпиада" }).waitFor();

  const chats = await house.call(semyon, "GET", "/api/chats/");
  deepEqual(chats.map(({ name }) => name).sort(), [algebra.name, "Олимпиада"]);
  const [ofClass] = chats.filter(({ name }) => name === algebra.name);
  deepEqual(ofClass.participants.map(({ id }) => id).sort(), [5, 6, 7]);
  await page.context().close();
  noFaults(house);
});

test("a message is found by another form of its word, and opens where it stands", async () => {
  const { id } = await house.call(taras, "POST", "/api/chats/create_private/", {
    user_id: semyon.id,
  });
  const write = (text) => house.call(taras, "POST", "/api/messages/", { chat: id, text });
  await write("🎓 Вот ваш заказ из библиотеки");
  for (let index = 1; index <= 80; index += 1) await write(`Страница ${index}`);
  const page = await ready(await house.page(semyon, "/chat?room=private:5:7"));
  await bubble(page, "Страница 80").waitFor();
  await seek(page, "заказа");
  const hit = page.locator(".bs-result").filter({ hasText: "из библиотеки" });
  await hit.waitFor();
  equal(await hit.locator("mark").textContent(), "заказ");
  match(await hit.textContent(), /Тарас Лисин/);
  // By keyboard alone, in the room that is open already.
  await search(page).press("ArrowDown");
  ok(await hit.evaluate((element) => element === document.activeElement), "the arrow led there");
  await page.keyboard.press("Enter");
  await bubble(page, "из библиотеки").waitFor();
  await until(
    () =>
      bubble(page, "из библиотеки").evaluate((row) => {
        const { top, bottom } = row.getBoundingClientRect();
        return top >= 0 && bottom <= innerHeight;
      }),
    "the message is in sight",
  );
  match(page.url(), /&at=1$/);
  await hit.focus();
  await page.keyboard.press("Escape");
  await rows(page).first().waitFor();
  await page.context().close();
  noFaults(house);
});

test("more messages come on wish; nothing found, and a search that fails, are said in words", async () => {
  const page = await house.page(semyon);
  await seek(page, "страница");
  await page.getByRole("button", { name: "Ещё" }).waitFor();
  const before = await page.locator(".bs-result").count();
  await page.getByRole("button", { name: "Ещё" }).click();
  await until(async () => (await page.locator(".bs-result").count()) > before, "more results");
  await search(page).fill("ъъъ");
  await page.getByText("Ничего не найдено").waitFor();
  await search(page).fill("ъ");
  await page.getByText("Введите хотя бы две буквы").waitFor();
  await page.route("**/api/v1/search/**", (route) => route.abort());
  await search(page).fill("библиотека");
  const failed = page.getByRole("alert").filter({ hasText: "Сервер недоступен" });
  await failed.waitFor();
  await page.unroute("**/api/v1/search/**");
  await failed.getByRole("button", { name: "Повторить" }).click();
  await page.locator(".bs-result").filter({ hasText: "из библиотеки" }).waitFor();
  await page.context().close();
});

test("what is read can be left out of the list", async () => {
  const page = await house.page(semyon);
  await rows(page).nth(1).waitFor();
  await house.call(semyon, "POST", "/api/messages/mark_chat_as_read/", {
    chat_id: (await house.call(semyon, "GET", "/api/chats/")).find(
      ({ name }) => name === algebra.name,
    ).id,
  });
  await page.getByRole("button", { name: "Непрочитанные" }).click();
  await until(
    async () => (await rows(page).filter({ hasText: algebra.name }).count()) === 0,
    "the chat that is read is left out",
  );
  equal(await rows(page).filter({ hasText: "Тарас Лисин" }).count(), 1);
  await page.getByRole("button", { name: "Все", exact: true }).click();
  await rows(page).filter({ hasText: algebra.name }).waitFor();
  await page.context().close();
});

test("who has orders opens them by number, and makes no groups", async () => {
  const page = await house.page(anna);
  equal(await page.getByRole("button", { name: "Новая группа" }).count(), 0);
  const line = page.getByLabel("Открыть чат по номеру заказа");
  equal(await line.getAttribute("placeholder"), "Открыть чат по номеру заказа");
  await line.fill("17");
  await line.press("Enter");
  await page.getByRole("heading", { name: "Заказ #17" }).waitFor();
  await page.context().close();
});

test("a role without chats is told so, and can leave", async () => {
  const page = await house.page(gleb, "/chat", { axe: true });
  await page.getByRole("heading", { name: "Для вашей роли чатов нет" }).waitFor();
  await noBreaches(page, "no chats");
  await page.getByRole("button", { name: "Выйти" }).click();
  await page.getByRole("button", { name: "Войти" }).waitFor();
  await page.context().close();
});

test("on a narrow screen the search is there again after a room", async () => {
  const page = await house.page(semyon, "/chat", NARROW);
  await page.getByRole("tab", { name: "Поиск" }).tap();
  await search(page).fill("библиотека");
  await page.locator(".bs-result").filter({ hasText: "из библиотеки" }).tap();
  await bubble(page, "из библиотеки").waitFor();
  await page.goBack();
  await page.locator(".bs-result").filter({ hasText: "из библиотеки" }).waitFor();
  equal(await search(page).inputValue(), "библиотека");
  await page.context().close();
});

const FACES = {
  search: async (page) => {
    await seek(page, "се");
    await page.locator(".bs-person").first().waitFor();
    await search(page).fill("страница");
    await page.locator(".bs-result mark").first().waitFor();
  },
  people: async (page) => {
    await seek(page, "семен");
    await page.getByRole("button", { name: "Написать: Семён Рябов" }).waitFor();
  },
  group: async (page) => {
    await page.getByRole("button", { name: "Новая группа" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Класс").selectOption(algebra.name);
    await dialog.getByRole("button", { name: "Убрать: Семён Рябов" }).click();
    await dialog.getByRole("searchbox", { name: "Кто в группе" }).fill("семен");
    await dialog.getByRole("button", { name: "Добавить: Семён Рябов" }).waitFor();
  },
};

for (const [face, open] of Object.entries(FACES)) {
  for (const colorScheme of ["light", "dark"]) {
    for (const [width, wishes] of [
      [1280, {}],
      [375, NARROW],
    ]) {
      test(`${face}, ${colorScheme}, ${width} px: no breach of accessibility, no sideways scroll`, async () => {
        const page = await house.page(taras, "/chat", {
          ...{ axe: true, colorScheme, reducedMotion: "reduce" },
          ...wishes,
        });
        await open(page);
        await page.evaluate(() => document.fonts.ready);
        await page.screenshot({ path: join(shots, `school-${face}-${width}-${colorScheme}.png`) });
        await noBreaches(page, `${face} ${colorScheme} ${width}`);
        const wide = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        ok(wide <= 0, `${wide} px too wide`);
        await page.context().close();
      });
    }
  }
}
