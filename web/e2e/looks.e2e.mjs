// How it looks, to everybody: accessible, within a strict content policy, on every width and theme.
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
  say,
  shots,
  shownTexts,
} from "./house.mjs";

const EVIL = [
  '<img src=x onerror="window.evil=1">',
  "<script>window.evil=1</script>",
  '"><svg onload=window.evil=1>',
  "javascript:window.evil=1",
  'https://a.example/"onmouseover="window.evil=1',
  "{{constructor.constructor('window.evil=1')()}}",
];
const mallory = {
  id: 3,
  username: "mallory",
  email: "mallory@shop.example",
  first_name: "<b onclick=window.evil=1>Мэлори</b>",
  last_name: '"><img src=x onerror=window.evil=1>',
  role: "expert",
  password: "зеркало-99",
};

let house;
let talk;
before(async () => {
  mkdirSync(shots, { recursive: true });
  const evilOrder = { id: 30, number: "30", client: anna.id, expert: mallory.id };
  house = await openHouse({ people: [anna, boris, mallory], orders: [...orders(4), evilOrder] });
  for (const order of [19, 18]) {
    const { id } = await house.roomOf(order);
    await house.write(
      boris,
      id,
      order === 18 ? "Чертёж готов, посмотрите, пожалуйста" : "Спасибо!",
    );
  }
  await house.roomOf(20);
  talk = (await house.roomOf(17)).id;
  for (const [person, text] of CONVERSATION) await house.write(person, talk, text);
  await house.call(boris, "POST", `/api/chat/rooms/${talk}/mark_read/`);
  await house.call(anna, "POST", `/api/chat/rooms/${talk}/mark_read/`);
  await house.write(boris, talk, "Добавил фотографии узлов.");
  await house.write(boris, talk, "Когда вам удобно созвониться?");
});
after(async () => {
  await house?.end();
  console.log(`screenshots: ${shots}`);
});

const CONVERSATION = [
  [anna, "Здравствуйте! Посмотрели чертежи по заказу?"],
  [boris, "Добрый день, Анна. Да, всё получил."],
  [
    boris,
    "Есть два вопроса: по толщине стенки и по материалу.\n\nПодробности здесь: https://shop.example/orders/17",
  ],
  [anna, "Стенка 4 мм, материал — сталь 09Г2С."],
  [anna, "Если нужно, пришлю паспорт материала, или напишите на zakaz@shop.example"],
  [
    boris,
    "Отлично, тогда расчёт будет готов завтра к обеду. Если что-то изменится, сообщу сразу же, чтобы вы успели предупредить монтажников.",
  ],
  [anna, "Хорошо, спасибо"],
];

const WIDTHS = { 1280: { width: 1280, height: 800 }, 375: { width: 375, height: 667 } };
const THEMES = ["light", "dark"];

/** The faces of the page that are looked at, each with how to get there. */
const FACES = {
  login: async (wishes) => {
    const page = await house.page(null, "/chat", wishes);
    await page.getByRole("button", { name: "Войти" }).waitFor();
    return page;
  },
  list: async (wishes) => {
    const page = await house.page(anna, "/chat", wishes);
    await page.locator(".bs-room").first().waitFor();
    return page;
  },
  thread: async (wishes) => {
    const page = await house.page(anna, `/chat?room=${talk}`, wishes);
    await ready(page);
    await bubble(page, "созвониться").waitFor();
    return page;
  },
  empty: async (wishes) => {
    const { id } = await house.roomOf(20);
    const page = await ready(await house.page(anna, `/chat?room=${id}`, wishes));
    await page.getByRole("heading", { name: "Нет сообщений" }).waitFor();
    return page;
  },
  refused: async (wishes) => {
    const page = await house.page(anna, "/chat?room=987654", wishes);
    await page.getByText("У вас нет доступа к этому чату.").waitFor();
    return page;
  },
  settings: async (wishes) => {
    const page = await house.page(anna, "/chat", wishes);
    await page.getByRole("button", { name: /^Настройки/ }).click();
    await page.getByRole("button", { name: "Выйти" }).waitFor();
    return page;
  },
  dialog: async (wishes) => {
    const page = await house.page(anna, "/chat?view=order&order=18", wishes);
    await page.getByRole("button", { name: "Открыть чат" }).click();
    await ready(page);
    return page;
  },
};

for (const [face, open] of Object.entries(FACES)) {
  for (const colorScheme of THEMES) {
    for (const [width, viewport] of Object.entries(WIDTHS)) {
      test(`${face}, ${colorScheme}, ${width} px: no breach of accessibility, no sideways scroll`, async () => {
        const touch = width === "375" ? { isMobile: true, hasTouch: true } : {};
        const page = await open({
          viewport,
          colorScheme,
          axe: true,
          reducedMotion: "reduce",
          ...touch,
        });
        await page.evaluate(() => document.fonts.ready);
        await page.screenshot({ path: join(shots, `${face}-${width}-${colorScheme}.png`) });
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

test("on a narrow screen: list, room, Back, one at a time", async () => {
  const page = await house.page(anna, "/chat", {
    ...{ viewport: WIDTHS[375] },
    isMobile: true,
    hasTouch: true,
  });
  await page.locator(".bs-room").filter({ hasText: "Заказ #17" }).tap();
  await ready(page);
  equal(await page.locator(".bs-room").count(), 0);
  const composer = await page.locator(".bs-composer").boundingBox();
  ok(composer.y + composer.height <= 667.5, "the field is visible");
  await page.getByRole("button", { name: "К списку чатов" }).tap();
  await page.locator(".bs-room").first().waitFor();
  equal(await page.locator(".bs-window").count(), 0);
  await page.locator(".bs-room").filter({ hasText: "Заказ #18" }).tap();
  await ready(page);
  await page.goBack();
  await page.locator(".bs-room").first().waitFor();
  match(page.url(), /\/chat$/);
  await page.context().close();
});

test("320 px wide, nothing scrolls sideways", async () => {
  const page = await house.page(anna, `/chat?room=${talk}`, {
    viewport: { width: 320, height: 568 },
  });
  await ready(page);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  equal(wide, 320);
  await page.context().close();
});

test("whatever people call themselves and write stays text", async () => {
  const { id } = await house.roomOf(30);
  for (const text of EVIL) await house.write(mallory, id, text);
  const page = await ready(await house.page(anna, `/chat?room=${id}`));
  for (const text of EVIL) await say(page, text);
  await bubble(page, EVIL[0]).nth(1).getByTitle("Отправлено").waitFor();
  deepEqual(await shownTexts(page), [...EVIL, ...EVIL]);
  match(await page.locator(".bs-names").textContent(), /<b onclick=window.evil=1>Мэлори<\/b>/);
  for (const link of await page.locator(".bs-text a").all()) {
    match(await link.getAttribute("href"), /^https:\/\/a\.example\/$/);
    equal(await link.getAttribute("rel"), "noopener noreferrer nofollow");
  }
  equal(await page.locator(".bs-window img, .bs-window script, .bs-window b").count(), 0);
  equal(await page.evaluate(() => window.evil), undefined);
  await page.context().close();
});

test("the strict policy is sent, and nothing on the page offends it", async () => {
  const answer = await fetch(`${house.url}/chat`);
  const policy = answer.headers.get("content-security-policy");
  match(policy, /default-src 'none'/);
  ok(!policy.includes("unsafe"), policy);
  const page = await house.page(anna, "/chat");
  await page.evaluate(() => {
    window.breaches = [];
    document.addEventListener("securitypolicyviolation", (event) => {
      window.breaches.push(`${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  for (const order of ["17", "18", "20"]) {
    await page
      .locator(".bs-room")
      .filter({ hasText: `Заказ #${order}` })
      .click();
    await ready(page);
  }
  await say(page, "под строгой политикой");
  await bubble(page, "под строгой политикой").getByTitle("Отправлено").waitFor();
  await field(page).fill("1\n2\n3");
  await page.getByRole("button", { name: /^Настройки/ }).click();
  await page.getByLabel("Тёмное").check();
  equal(await page.evaluate(() => document.documentElement.dataset.bsTheme), "dark");
  deepEqual(await page.evaluate(() => window.breaches), []);
  await page.context().close();
});

test("English on wish, and by the browser's language", async () => {
  const page = await house.page(anna, `/chat?room=${talk}`, { locale: "en-GB" });
  await ready(page);
  equal(await field(page).getAttribute("placeholder"), "Write a message...");
  await page.getByRole("heading", { name: "Order #17" }).waitFor();
  await page.getByRole("button", { name: /^Settings/ }).click();
  await page.getByLabel("Русский").check();
  await page.getByRole("heading", { name: "Заказ #17" }).waitFor();
  equal(await page.evaluate(() => document.documentElement.lang), "ru");
  await page.context().close();
});

test("the button on an order's page opens its chat in a dialog, live", async () => {
  const page = await house.page(anna, "/chat?view=order&order=18");
  await page.getByRole("button", { name: "Открыть чат" }).click();
  await page.getByRole("dialog", { name: "Чат по заказу" }).waitFor();
  await ready(page);
  await say(page, "из диалога");
  const { id } = await house.roomOf(18);
  await house.write(boris, id, "в диалог");
  await bubble(page, "в диалог").waitFor();
  await page.getByRole("button", { name: "Закрыть" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  const opener = page.getByRole("button", { name: "Открыть чат" });
  ok(await opener.evaluate((element) => element === document.activeElement), "focus went back");
  await page.context().close();
  noFaults(house);
});
