// The widget on pages of another site: what it does to them, what they do to it, and what a visitor does with it.
import { deepEqual, equal, ok } from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { anna, boris, noBreaches, noFaults, openHouse, shots, until } from "./house.mjs";
import { png } from "./png.mjs";
import { openSite, tag } from "./site.mjs";

const olga = {
  id: 3,
  username: "olga",
  email: "olga@shop.example",
  first_name: "Ольга",
  last_name: "Смирнова",
  role: "admin",
  password: "лавка-77-лавка",
};
const TITLE = 'data-title="Лавка керамики"';

let site;
let house;
before(async () => {
  mkdirSync(shots, { recursive: true });
  site = await openSite();
  house = await openHouse({ people: [anna, boris, olga], settings: site.settings });
  site.beseda = house.url;
  site.pages["/"] = (beseda) => ({
    body: `<h1>Лавка</h1><p>${"Каталог. ".repeat(900)}</p><p><a href="/second">Дальше</a></p>${tag(beseda, TITLE)}`,
  });
  site.pages["/second"] = (beseda) => ({ body: `<h1>Вторая</h1>${tag(beseda, TITLE)}` });
});
after(async () => {
  await house?.end();
  site?.end();
  console.log(`screenshots: ${shots}`);
});

const launcher = (page) => page.getByRole("button", { name: /^(Открыть чат|Open chat)/ });
const panel = (page) => page.getByRole("dialog");
const chat = (page) => page.frameLocator("iframe");
const rows = (page) => chat(page).locator(".row");
const row = (page, text) => rows(page).filter({ hasText: text });
const field = (page) => chat(page).locator(".field");
const come = (path, options) => house.page(null, site.url + path, options);

async function say(page, text) {
  await field(page).fill(text);
  await field(page).press("Enter");
}

/** Opens the chat and writes a first message. */
async function introduce(page, text, name = "Вера") {
  await launcher(page).click();
  await chat(page).getByLabel("Как вас зовут").fill(name);
  await chat(page).getByLabel("Сообщение").fill(text);
  await chat(page).getByRole("button", { name: "Отправить" }).click();
  await row(page, text).waitFor();
}

/** The room in which a visitor has just said this, as the staff finds it. */
async function roomWith(text) {
  const { items } = await house.call(olga, "GET", "/api/v1/cases/");
  for (const { room } of items) {
    const { last_message } = await house.call(olga, "GET", `/api/v1/rooms/${room}/`);
    if (last_message.text === text) return room;
  }
  throw new Error(`nobody said ${text}`);
}

const answer = (room, text) =>
  house.call(olga, "POST", `/api/v1/rooms/${room}/messages/`, { text });

const kept = (page) =>
  page.evaluate((url) => JSON.parse(localStorage.getItem(`beseda ${url}`)), house.url);

test("26 under a policy that allows the chat alone: it renders and breaks no rule, and Esc gives the focus back", async () => {
  site.pages["/strict"] = (beseda) => ({
    policy: `default-src 'none'; script-src ${beseda}; frame-src ${beseda}; connect-src ${beseda}; style-src 'none'; img-src data:`,
    body: `<h1>Строгая</h1>${tag(beseda, TITLE)}`,
  });
  const page = await come("/strict");
  const box = await launcher(page).boundingBox();
  deepEqual([box.width, box.height, box.x, box.y], [56, 56, 1280 - 76, 800 - 76]);
  await introduce(page, "Под строгой политикой");
  const open = await panel(page).boundingBox();
  deepEqual([open.width, open.height], [376, 640]);
  equal(await field(page).evaluate((one) => one === document.activeElement), true);
  await field(page).press("Escape");
  await panel(page).waitFor({ state: "hidden" });
  const focused = () =>
    page.evaluate(() => document.activeElement.shadowRoot?.activeElement?.className);
  equal(await focused(), "launcher");
  await page.keyboard.press("Enter");
  await field(page).waitFor();
  await until(() => field(page).evaluate((one) => one === document.activeElement), "the focus");
  await page.context().close();
  noFaults(house);
});

test("26 on a page that resets everything, with a React of its own: neither changes the other", async () => {
  site.files["/hostile.css"] = `
* { all: unset !important; }
div, button, iframe, span { display: none !important; opacity: 0.1 !important; transform: rotate(9deg) !important; }
html { font-size: 40px !important; letter-spacing: 9px !important; }
head { display: none !important; } h1, p { display: block !important; color: green !important; }`;
  site.files["/page.js"] = `window.React = { version: "0.14" }; window.preact = 7;`;
  const hostile = (rest) => ({
    head: `<link rel="stylesheet" href="/hostile.css"><script src="/page.js"></script>`,
    body: `<h1>Враждебная</h1><p>Текст страницы</p>${rest}`,
  });
  site.pages["/hostile"] = (beseda) => hostile(tag(beseda, TITLE));
  site.pages["/alone"] = () => hostile("");
  const alone = await come("/alone");
  const page = await come("/hostile");
  const box = await launcher(page).boundingBox();
  deepEqual([box.width, box.height, box.x, box.y], [56, 56, 1280 - 76, 800 - 76]);
  const styled = (name) =>
    launcher(page).evaluate((one, name) => getComputedStyle(one)[name], name);
  equal(await styled("letterSpacing"), "normal");
  equal(await styled("backgroundColor"), "rgb(43, 70, 200)");
  const clip = { x: 0, y: 0, width: 800, height: 780 };
  const looks = (one) => one.screenshot({ clip });
  ok((await looks(page)).equals(await looks(alone)), "the page looks as it does without it");
  const rules = (one) => one.evaluate(() => document.styleSheets.length);
  equal(await rules(page), await rules(alone));
  await introduce(page, "На враждебной странице");
  const open = await panel(page).boundingBox();
  deepEqual([open.width, open.height], [376, 640]);
  ok((await looks(page)).equals(await looks(alone)), "the page looks as it does without it");
  deepEqual(await page.evaluate(() => [React.version, preact]), ["0.14", 7]);
  const added = await page.evaluate(() =>
    Object.keys(window).filter((name) => /beseda/i.test(name)),
  );
  deepEqual(added, ["Beseda"]);
  await page.screenshot({ path: `${shots}/widget-hostile.png` });
  for (const one of [alone, page]) await one.context().close();
  noFaults(house);
});

test("27 it stays open over pages with its draft, is one conversation in two tabs, and a logout clears it in both", async () => {
  const page = await come("/");
  await introduce(page, "Остаюсь на связи");
  await field(page).fill("Ещё не отправлено");
  await page.getByRole("link", { name: "Дальше" }).click();
  await page.getByRole("heading", { name: "Вторая" }).waitFor();
  await row(page, "Остаюсь на связи").waitFor();
  equal(await field(page).inputValue(), "Ещё не отправлено");

  const other = await page.context().newPage();
  await other.goto(`${site.url}/`);
  equal(await panel(other).count(), 0, "what is open is open in its tab");
  await launcher(other).click();
  await row(other, "Остаюсь на связи").waitFor();
  await say(page, "Из первой");
  await row(other, "Из первой").waitFor();
  await say(other, "Из второй");
  await row(page, "Из второй").waitFor();
  equal(await rows(page).count(), 3);
  ok((await kept(page)).visitor);

  await page.evaluate(() => Beseda.logout());
  for (const tab of [page, other]) await chat(tab).getByLabel("Как вас зовут").waitFor();
  const { visitor, drafts, unread } = await kept(other);
  deepEqual({ visitor, drafts, unread }, { visitor: null, drafts: {}, unread: 0 });
  await page.reload();
  await chat(page).getByLabel("Как вас зовут").waitFor();
  equal(await rows(page).count(), 0);
  await page.context().close();
  noFaults(house);
});

test("27 where the browser lets the frame of another site keep nothing, it is known again all the same", async () => {
  const page = await come("/second");
  await page.context().addInitScript(() => {
    if (!location.pathname.startsWith("/widget")) return;
    const forbidden = () => {
      throw new DOMException("forbidden", "SecurityError");
    };
    for (const name of ["localStorage", "sessionStorage", "indexedDB"])
      Object.defineProperty(window, name, { get: forbidden });
    window.BroadcastChannel = forbidden;
    navigator.locks.request = async () => forbidden();
  });
  await page.reload();
  await introduce(page, "Без хранилища");
  await say(page, "И ещё");
  await row(page, "И ещё").getByTitle("Отправлено").waitFor();
  await page.reload();
  await row(page, "И ещё").waitFor();
  await answer(await roomWith("И ещё"), "Слышу");
  await row(page, "Слышу").waitFor();
  await page.context().close();
  noFaults(house);
});

test("28 the form asks for what the host wants, the staff knows from where one writes, and answers", async () => {
  site.pages["/asks"] = (beseda) => ({
    body: tag(
      beseda,
      `${TITLE} data-email="required" data-consent="Согласен на [обработку данных]" data-consent-url="/rules"`,
    ),
  });
  const page = await come("/asks");
  await launcher(page).click();
  const send = chat(page).getByRole("button", { name: "Отправить" });
  await send.click();
  for (const wrong of ["#name-wrong", "#email-wrong", "#text-wrong", "#consent-wrong"])
    await chat(page).locator(wrong).waitFor();
  await until(
    () =>
      chat(page)
        .locator("#name")
        .evaluate((one) => one === document.activeElement),
    "the first mistake has the focus",
  );
  equal(
    await chat(page).getByRole("link", { name: "обработку данных" }).getAttribute("href"),
    `${site.url}/rules`,
  );
  await chat(page).getByLabel("Как вас зовут").fill("Вера");
  await chat(page).getByLabel("Эл. почта").fill("vera");
  await chat(page).getByLabel("Сообщение").fill("Где мой заказ?");
  await chat(page).getByRole("checkbox").check();
  await send.click();
  await chat(page).locator("#email-wrong").waitFor();
  await chat(page).getByLabel("Эл. почта").fill("vera@shop.example");
  await send.click();
  await row(page, "Где мой заказ?").waitFor();

  const room = await roomWith("Где мой заказ?");
  const { items } = await house.call(olga, "GET", "/api/v1/cases/");
  equal(items.find((one) => one.room === room).visitor.page, `${site.url}/asks`);
  await answer(room, "Уже в пути");
  await row(page, "Уже в пути").waitFor();
  await house.call(olga, "PUT", `/api/v1/rooms/${room}/receipt/`, { read_seq: 1 });
  await row(page, "Где мой заказ?").getByTitle("Прочитано").waitFor();
  const unread = async () => (await kept(page)).unread;
  await until(async () => (await unread()) === 0, "what is seen is read");
  const seen = async () => {
    const { members } = await house.call(olga, "GET", `/api/v1/rooms/${room}/`);
    return members.find(({ person }) => person.name === "Вера").read_seq;
  };
  await until(async () => (await seen()) >= 2, "the staff sees that it is read");
  await page.context().close();
  noFaults(house);
});

test("28 where nothing is asked one only writes; outside the hours one leaves a message", async () => {
  site.pages["/plain"] = (beseda) => ({
    body: tag(beseda, `${TITLE} data-name="off" data-email="off"`),
  });
  const never = { zone: "Europe/Moscow", week: [], words: "Мы работаем с 9 до 18." };
  await house.call(olga, "PUT", "/api/v1/hours/", never);
  const page = await come("/plain");
  await launcher(page).click();
  await chat(page).getByText("Мы работаем с 9 до 18.").waitFor();
  await chat(page).getByText("Оставьте сообщение").waitFor();
  equal(await chat(page).getByRole("textbox").count(), 1);
  await chat(page).getByLabel("Сообщение").fill("Напишите утром");
  await chat(page).getByRole("button", { name: "Отправить" }).click();
  await row(page, "Напишите утром").waitFor();
  await chat(page).locator(".away-strip").waitFor();
  const room = await roomWith("Напишите утром");
  const { members } = await house.call(olga, "GET", `/api/v1/rooms/${room}/`);
  ok(members.some(({ person }) => person.name === "Гость"));
  await house.call(olga, "PUT", "/api/v1/hours/", { ...never, week: [[0, 10_080]] });
  await page.reload();
  await row(page, "Напишите утром").waitFor();
  await until(
    async () => (await chat(page).locator(".away-strip").count()) === 0,
    "somebody is there",
  );
  await page.context().close();
  noFaults(house);
});

test("28 a picture and a file go both ways, and what cannot be sent waits for the network", async () => {
  const page = await come("/");
  await introduce(page, "Посмотрите, пожалуйста");
  const room = await roomWith("Посмотрите, пожалуйста");
  const photo = { name: "чайник.png", mimeType: "image/png", buffer: png(640, 400) };
  const list = { name: "опись.txt", mimeType: "text/plain", buffer: Buffer.from("раз\nдва\n") };
  await chat(page).locator('input[type="file"]').setInputFiles([photo, list]);
  await chat(page).getByText("опись.txt").waitFor();
  await chat(page).getByRole("button", { name: "Отправить" }).click();
  const image = chat(page).locator(".picture img");
  await until(
    async () => (await image.count()) === 1 && image.evaluate((one) => one.naturalWidth > 0),
    "the picture is drawn",
  );
  const { items } = await house.call(olga, "GET", `/api/v1/rooms/${room}/messages/`);
  deepEqual(
    items.at(-1).files.map(({ name }) => name),
    ["чайник.png", "опись.txt"],
  );
  const saved = page.waitForEvent("download");
  await chat(page).getByRole("button", { name: "Скачать опись.txt" }).click();
  equal((await saved).suggestedFilename(), "опись.txt");

  await page.context().setOffline(true);
  await say(page, "Без сети");
  await row(page, "Без сети").getByTitle("Отправляется").waitFor();
  await chat(page).getByText("Нет сети, отправим позже (1)").waitFor();
  await page.context().setOffline(false);
  await row(page, "Без сети").getByTitle("Отправлено").waitFor({ timeout: 40_000 });
  await page.screenshot({ path: `${shots}/widget-files.png` });
  await page.context().close();
  noFaults(house);
});

/** All that a page asks the chat for, and how. */
function requestsOf(page) {
  const asked = [];
  page.on("request", (request) => {
    const { origin, pathname } = new URL(request.url());
    if (origin === house.url) asked.push(`${request.method()} ${pathname}`);
  });
  return asked;
}

test("29 the loader is one small request, shows its button at once, and costs the page no long task", async () => {
  const script = await (await fetch(`${house.url}/widget.js`)).text();
  const size = gzipSync(script, { level: 9 }).length;
  ok(size <= 4_000, `${size} bytes`);
  const page = await come("/second");
  await page.addInitScript(() => {
    window.tasks = [];
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) window.tasks.push(duration);
    }).observe({ type: "longtask", buffered: true });
    new MutationObserver((changes, observer) => {
      const added = changes.flatMap(({ addedNodes }) => [...addedNodes]);
      if (!added.some(({ shadowRoot }) => shadowRoot)) return;
      window.shownAt = performance.now();
      observer.disconnect();
    }).observe(document, { childList: true, subtree: true });
  });
  const asked = requestsOf(page);
  await page.reload();
  await launcher(page).waitFor();
  await page.waitForTimeout(500);
  deepEqual(asked, ["GET /widget.js"]);
  const took = await page.evaluate(() => {
    const [entry] = performance
      .getEntriesByType("resource")
      .filter(({ name }) => name.endsWith("widget.js"));
    return window.shownAt - entry.responseEnd;
  });
  ok(took < 100, `the button is there ${took} ms after the script`);
  deepEqual(await page.evaluate(() => window.tasks.filter((duration) => duration > 50)), []);
  await page.context().close();
  noFaults(house);
});

test("29 unread messages and a greeting are shown without the application, by one call", async () => {
  site.pages["/greets"] = (beseda) => ({
    body: tag(beseda, `${TITLE} data-greeting="Подсказать с выбором?" data-greeting-after="0.1"`),
  });
  const page = await come("/greets");
  const asked = requestsOf(page);
  const greeting = page.getByRole("button", { name: "Подсказать с выбором?" });
  await greeting.waitFor();
  deepEqual(
    asked.filter((one) => !one.endsWith("/widget.js")),
    [],
  );
  await greeting.click();
  await chat(page).getByLabel("Как вас зовут").fill("Вера");
  await chat(page).getByLabel("Сообщение").fill("Подскажите");
  await chat(page).getByRole("button", { name: "Отправить" }).click();
  await row(page, "Подскажите").waitFor();
  await chat(page).getByRole("button", { name: "Закрыть" }).click();
  await answer(await roomWith("Подскажите"), "Охотно");
  await page.getByRole("button", { name: "Открыть чат. Новых сообщений: 1" }).waitFor();
  await page.evaluate(() =>
    localStorage.setItem(
      Object.keys(localStorage)[0],
      localStorage.getItem(Object.keys(localStorage)[0]).replace('"unread":1', '"unread":0'),
    ),
  );
  asked.length = 0;
  await page.reload();
  await page.getByRole("button", { name: "Открыть чат. Новых сообщений: 1" }).waitFor();
  await page.waitForTimeout(300);
  deepEqual(
    asked.filter((one) => one.startsWith("GET")),
    ["GET /widget.js", "GET /api/v1/me/"],
  );
  equal(await page.locator("iframe").count(), 0);
  equal(await greeting.isVisible(), false, "who was greeted is greeted once");
  await page.context().close();
  noFaults(house);
});

test("what a page asks before the script is there is done then, and it hears of what happens", async () => {
  site.files["/steer.js"] = `
window.told = [];
window.Beseda = window.Beseda || [];
for (const name of ["ready", "open", "close", "unread"]) {
  Beseda.push(["on", name, (count) => told.push(count === undefined ? name : name + " " + count)]);
}
Beseda.push(["setLocale", "en"], ["setTheme", "dark"], ["setContext", { subject: "Чайник", custom: { cart: 3 } }], ["open"]);`;
  site.pages["/steers"] = (beseda) => ({
    body: `<script src="/steer.js"></script>${tag(beseda, `${TITLE} data-accent="#ffd400"`)}`,
  });
  const page = await come("/steers");
  await chat(page).getByLabel("Your name").fill("Vera");
  equal(await chat(page).locator("html").getAttribute("data-bs-theme"), "dark");
  await chat(page).getByLabel("Message").fill("Hello from the queue");
  const button = chat(page).getByRole("button", { name: "Send" });
  equal(await button.evaluate((one) => getComputedStyle(one).color), "rgb(16, 18, 26)");
  await button.click();
  await row(page, "Hello from the queue").waitFor();
  const room = await roomWith("Hello from the queue");
  const { items } = await house.call(olga, "GET", "/api/v1/cases/");
  deepEqual(items.find((one) => one.room === room).visitor.custom, { cart: 3 });
  equal((await house.call(olga, "GET", `/api/v1/rooms/${room}/`)).title, "Чайник");
  await page.evaluate(() => Beseda.toggle());
  await panel(page).waitFor({ state: "hidden" });
  await answer(room, "Hello");
  await until(
    () => page.evaluate(() => told.join() === "unread 0,open,ready,close,unread 1"),
    "what happened is told",
  );
  await page.evaluate(() => Beseda.push(["setLocale", "ru"], ["open"]));
  await chat(page).getByRole("button", { name: "Закрыть" }).waitFor();
  await page.context().close();
  noFaults(house);
});

test("somebody whom the host knows, by tokens that it signs, has their rooms; and is nobody after a logout", async () => {
  site.person = anna;
  await house.roomOf(17);
  await house.roomOf(18);
  await house.call(boris, "POST", "/api/v1/rooms/order:17/messages/", { text: "Ваш заказ собран" });
  site.pages["/known"] = (beseda) => ({
    body: tag(beseda, `${TITLE} data-token-url="/chat-token"`),
  });
  const page = await come("/known");
  await page.getByRole("button", { name: "Открыть чат. Новых сообщений: 1" }).click();
  await chat(page)
    .getByRole("button", { name: /Заказ #17.*Ваш заказ собран/s })
    .click();
  await row(page, "Ваш заказ собран").waitFor();
  await say(page, "Спасибо");
  await row(page, "Спасибо").getByTitle("Отправлено").waitFor();
  await chat(page).getByRole("button", { name: "К списку чатов" }).click();
  await chat(page)
    .getByRole("button", { name: /Заказ #18/ })
    .waitFor();
  await page.evaluate(() => Beseda.setContext({ room: "order:18" }));
  await chat(page).getByText("Нет сообщений").waitFor();
  site.person = null;
  await page.evaluate(() => Beseda.setUser(null));
  await chat(page).getByLabel("Как вас зовут").waitFor();
  await page.context().close();
  noFaults(house);
});

test("<beseda-chat> shows a room in the page, as big as its element, by a token or as nobody", async () => {
  site.person = anna;
  await house.roomOf(19);
  await house.call(boris, "POST", "/api/v1/rooms/order:19/messages/", { text: "Встреча в пять" });
  site.files["/order.css"] = "beseda-chat { inline-size: 500px; block-size: 420px; }";
  site.pages["/order"] = (beseda) => ({
    head: '<link rel="stylesheet" href="/order.css">',
    body: `<beseda-chat room="order:19" token-url="/chat-token"></beseda-chat>${tag(beseda, 'data-launcher="off"')}`,
  });
  const page = await come("/order");
  await row(page, "Встреча в пять").waitFor();
  await chat(page).getByRole("heading", { name: "Заказ #19" }).waitFor();
  equal(await launcher(page).count(), 0);
  const box = await page.locator("iframe").boundingBox();
  deepEqual([box.width, box.height], [500, 420]);
  await say(page, "Буду");
  await row(page, "Буду").getByTitle("Отправлено").waitFor();
  equal(await chat(page).getByRole("button", { name: "Закрыть" }).count(), 0);
  await page.locator("beseda-chat").evaluate((one) => one.setAttribute("room", "order:404"));
  await chat(page).getByText("Такого чата нет").waitFor();
  await page.locator("beseda-chat").evaluate((one) => one.remove());
  site.person = null;
  await page.reload();
  await chat(page).getByText("Сеанс закончился").waitFor();
  await page.context().close();
  noFaults(house);
});

test("on a phone it fills the screen, and the page behind it is held and then is exactly as it was", async () => {
  const page = await come("/", {
    viewport: { width: 375, height: 667 },
    hasTouch: true,
    isMobile: true,
  });
  await launcher(page).waitFor();
  await page.evaluate(() => {
    document.body.style.color = "navy";
    scrollTo(0, 731);
  });
  const state = () =>
    page.evaluate(() => [scrollY, document.body.getAttribute("style"), document.body.inert]);
  const was = await state();
  equal(was[0], 731);
  await launcher(page).tap();
  await chat(page).getByLabel("Как вас зовут").waitFor();
  const box = await panel(page).boundingBox();
  deepEqual([box.x, box.y, box.width, box.height], [0, 0, 375, 667]);
  await page.evaluate(() => scrollBy(0, 500));
  equal(await page.evaluate(() => document.body.inert && scrollY), 0, "it is held");
  equal(
    await chat(page)
      .locator("#text")
      .evaluate((one) => getComputedStyle(one).fontSize),
    "16px",
  );
  await page.setViewportSize({ width: 320, height: 568 });
  const wide = () =>
    chat(page)
      .locator("html")
      .evaluate((one) => one.scrollWidth);
  await until(async () => (await wide()) === 320, "it fits 320 px");
  await page.setViewportSize({ width: 375, height: 667 });
  await chat(page).getByRole("button", { name: "Закрыть" }).tap();
  deepEqual(await state(), was);
  await page.context().close();
  noFaults(house);
});

test("words of anybody else are not heard, by the page or by the frame, whatever they look like", async () => {
  const evil = await openSite();
  evil.pages["/"] = () => ({ body: "злой сосед" });
  site.pages["/neighbour"] = (beseda) => ({
    body: `<iframe name="evil" src="${evil.url}/"></iframe>${tag(beseda, TITLE)}`,
  });
  const page = await come("/neighbour");
  await launcher(page).click();
  const frame = page.frameLocator('iframe[title="Чат"]');
  await frame.getByLabel("Как вас зовут").waitFor();
  const nonce = await page.evaluate(() => {
    const host = [...document.documentElement.children].find(({ shadowRoot }) => shadowRoot);
    return host.shadowRoot.querySelector("iframe").src.split("#")[1].split(",")[0];
  });
  const forged = { beseda: nonce, said: { type: "visitor", token: "forged" } };
  const who = { beseda: nonce, said: { type: "who", who: { by: "cookie" } } };
  // The nonce alone is not enough: the page itself and its other frame are not the one that it was given to.
  await page.evaluate((told) => postMessage(told, "*"), forged);
  const other = page.frames().find((one) => one.url().startsWith(evil.url));
  await other.evaluate(
    ([forged, who]) => {
      parent.postMessage(forged, "*");
      for (let index = 0; index < parent.frames.length; index += 1)
        parent.frames[index].postMessage(who, "*");
    },
    [forged, who],
  );
  // And who it was given to has to say it.
  await page.evaluate((told) => {
    const host = [...document.documentElement.children].find(({ shadowRoot }) => shadowRoot);
    const { contentWindow } = host.shadowRoot.querySelector("iframe");
    contentWindow.postMessage({ ...told, beseda: "guessed" }, "*");
  }, who);
  await page.waitForTimeout(300);
  equal((await kept(page)).visitor, null);
  equal(await frame.getByLabel("Как вас зовут").isVisible(), true);
  evil.pages["/frames"] = (beseda) => ({ body: tag(beseda, TITLE) });
  evil.beseda = house.url;
  const stranger = await house.page(null, `${evil.url}/frames`);
  await launcher(stranger).click();
  await stranger.waitForTimeout(500);
  equal(await stranger.frames().some((one) => one.url().startsWith(`${house.url}/widget`)), false);
  await stranger.getByRole("button", { name: "Закрыть" }).click();
  await panel(stranger).waitFor({ state: "hidden" });
  for (const one of [page, stranger]) await one.context().close();
  evil.end();
  // That the frame is refused is what the last site is told.
  house.faults = house.faults.filter((fault) => !/frame-ancestors/.test(fault));
  noFaults(house);
});

for (const colorScheme of ["light", "dark"]) {
  for (const lang of ["ru", "en"]) {
    test(`nothing in the open widget keeps anybody out, ${colorScheme}, ${lang}`, async () => {
      site.pages["/axe"] = (beseda) => ({
        lang,
        body: `<main><h1>Shop</h1></main>${tag(beseda, 'data-title="Shop" data-note="5 min" data-consent="I [agree]" data-consent-url="/rules"')}`,
      });
      const page = await come("/axe", { colorScheme, axe: true });
      await noBreaches(page, "closed");
      await launcher(page).click();
      const send = chat(page).getByRole("button", { name: lang === "ru" ? "Отправить" : "Send" });
      await send.click();
      await chat(page).locator("#text-wrong").waitFor();
      await noBreaches(page, "the form with its mistakes");
      await chat(page).locator("#name").fill("Вера");
      await chat(page).locator("#text").fill(`Axe ${colorScheme} ${lang}`);
      await chat(page).getByRole("checkbox").check();
      await send.click();
      await row(page, "Axe").waitFor();
      await answer(await roomWith(`Axe ${colorScheme} ${lang}`), "https://shop.example/ 👍");
      await row(page, "shop.example").waitFor();
      await noBreaches(page, "the thread");
      await page.screenshot({ path: `${shots}/widget-${colorScheme}-${lang}.png` });
      await page.context().close();
      noFaults(house);
    });
  }
}
