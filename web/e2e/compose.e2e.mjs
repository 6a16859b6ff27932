// Writing: the keys, the input method, drafts, limits, and what happens without a network.
import { equal, ok } from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  anna,
  boris,
  bubble,
  bubbles,
  choose,
  field,
  noFaults,
  openHouse,
  ready,
  say,
  shownTexts,
  until,
} from "./house.mjs";

let house;
let room;
let page;
before(async () => {
  house = await openHouse({});
  room = (await house.roomOf(17)).id;
  page = await ready(await house.page(anna, `/chat?room=${room}`));
});
after(() => house?.end());

const kept = () => house.texts(room);

test("Enter sends, Shift+Enter breaks the line, white space is nothing", async () => {
  await field(page).fill("   ");
  await field(page).press("Enter");
  equal(await page.getByRole("button", { name: "Отправить" }).isDisabled(), true);
  await field(page).fill("первая");
  await field(page).press("Shift+Enter");
  await field(page).pressSequentially("вторая");
  equal(await field(page).inputValue(), "первая\nвторая");
  await field(page).press("Enter");
  equal(await field(page).inputValue(), "");
  await bubble(page, "вторая").getByTitle("Отправлено").waitFor();
  equal((await kept()).join("|"), "первая\nвторая");
});

test("Enter that belongs to an input method does not send", async () => {
  await field(page).focus();
  const ime = await page.context().newCDPSession(page);
  await ime.send("Input.imeSetComposition", { text: "ни", selectionStart: 2, selectionEnd: 2 });
  await field(page).evaluate((element) => {
    const enter = (more) => new KeyboardEvent("keydown", { key: "Enter", bubbles: true, ...more });
    element.dispatchEvent(enter({ isComposing: true }));
    element.dispatchEvent(enter({ keyCode: 229 }));
  });
  await ime.send("Input.insertText", { text: "你好" });
  equal(await field(page).inputValue(), "你好");
  equal(await bubbles(page).count(), 1);
  await field(page).press("Enter");
  await bubble(page, "你好").getByTitle("Отправлено").waitFor();
});

test("on a touched device Enter breaks the line, and the button sends", async () => {
  const phone = await house.page(boris, `/chat?room=${room}`, {
    viewport: { width: 375, height: 667 },
    isMobile: true,
    hasTouch: true,
  });
  await ready(phone);
  await field(phone).fill("с телефона");
  await field(phone).press("Enter");
  equal(await field(phone).inputValue(), "с телефона\n");
  await phone.getByRole("button", { name: "Отправить" }).tap();
  await bubble(page, "с телефона").waitFor();
  const size = await field(phone).evaluate((element) => getComputedStyle(element).fontSize);
  equal(size, "16px");
  await phone.context().close();
});

test("the field grows up to ten lines and then scrolls", async () => {
  const height = () => field(page).evaluate((element) => element.offsetHeight);
  const one = await height();
  await field(page).fill("1\n2\n3");
  const three = await height();
  ok(Math.abs(three - one - 44) <= 1, `${one} → ${three}`);
  await field(page).fill(Array.from({ length: 30 }, (_, line) => `${line}`).join("\n"));
  const thirty = await height();
  ok(Math.abs(thirty - one - 9 * 22) <= 2, `${one} → ${thirty}`);
  await field(page).fill("");
  equal(await height(), one);
});

test("near the limit a counter appears; over it nothing is sent and nothing cut", async () => {
  const send = page.getByRole("button", { name: "Отправить" });
  await field(page).fill("я".repeat(9_001));
  await page.getByText("Осталось знаков: 999").waitFor();
  await field(page).fill("я".repeat(10_003));
  await page.getByText("Лишних знаков: 3").waitFor();
  equal(await send.isDisabled(), true);
  await field(page).press("Enter");
  equal((await field(page).inputValue()).length, 10_003);
  await field(page).fill("😀".repeat(10_000));
  await page.getByText("Осталось знаков: 0").waitFor();
  equal(await send.isDisabled(), false);
  await field(page).fill("");
});

test("each room keeps its draft, over switches and reloads", async () => {
  const second = (await house.roomOf(18)).id;
  const row = (order) => page.locator(".bs-room").filter({ hasText: `Заказ #${order}` });
  await row(18).waitFor({ timeout: 25_000 });
  await field(page).fill("недописанное");
  await row(18).click();
  await page.getByRole("heading", { name: "Заказ #18" }).waitFor();
  await ready(page);
  equal(await field(page).inputValue(), "");
  await row(17).getByText("Черновик:").waitFor();
  await page.reload();
  await ready(page);
  await row(17).click();
  await until(async () => (await field(page).inputValue()) === "недописанное", "the draft is back");
  await ready(page);
  await field(page).fill("");
  await row(18).click();
  await row(17).getByText("Черновик:").waitFor({ state: "detached" });
  await row(17).click();
  await ready(page);
  ok(second > 0);
});

test("whoever begins to type means the field; a deletion keeps the focus near", async () => {
  await say(page, "лишнее слово");
  await choose(page, "лишнее слово", "Удалить");
  await page.getByRole("dialog").getByRole("button", { name: "Удалить" }).click();
  await bubble(page, "Сообщение удалено").waitFor();
  const onRow = () =>
    page.evaluate(() => document.activeElement?.textContent.includes("Сообщение удалено"));
  await until(onRow, "the deleted row has the focus");
  await page.keyboard.type("again");
  equal(await field(page).inputValue(), "again");
  await field(page).fill("");
});

test("without a network nothing of an order is sent, and who is typing types on; with it everything is back", async () => {
  const context = page.context();
  await say(page, "до обрыва");
  await bubble(page, "до обрыва").getByTitle("Отправлено").waitFor();
  await context.setOffline(true);
  await page.locator('.bs-badge[data-online="false"]').waitFor();
  const send = page.getByRole("button", { name: "Отправить" });
  await field(page).pressSequentially("дальше");
  equal(await field(page).inputValue(), "дальше");
  equal(await send.isDisabled(), true);
  await field(page).press("Enter");
  equal(await field(page).inputValue(), "дальше", "Enter sends nothing now");
  await page.locator(".bs-header").click();
  await field(page).blur();
  equal(await field(page).isDisabled(), true);
  await page.locator(".bs-banner").getByText("Нет сети").waitFor();
  await house.write(boris, room, "пока тебя не было");
  await context.setOffline(false);
  await page.locator('.bs-badge[data-online="true"]').waitFor();
  await bubble(page, "пока тебя не было").waitFor();
  await page.getByText("Снова на связи").waitFor();
  await page.getByText("Снова на связи").waitFor({ state: "detached" });
  equal(await field(page).inputValue(), "дальше");
  equal(await send.isEnabled(), true);
  await field(page).fill("");
});

test("what was on its way when the page was closed goes out after the reload, once and in order", async () => {
  const lost = await house.page(anna, "/chat");
  let mute = true;
  await lost.routeWebSocket(/\/api\/v1\/ws/, (socket) => {
    const server = socket.connectToServer();
    // The frame leaves the page and never arrives.
    socket.onMessage((frame) => {
      if (!mute || JSON.parse(String(frame)).type !== "send") server.send(frame);
    });
  });
  await lost.goto(`${house.url}/chat?room=${room}`);
  await ready(lost);
  const texts = ["в пути 1", "в пути 2", "в пути 3"];
  for (const text of texts) await say(lost, text);
  equal(await bubble(lost, "в пути").getByTitle("Отправляется").count(), 3);
  mute = false;
  await lost.reload();
  await ready(lost);
  await bubble(lost, "в пути 3").getByTitle("Отправлено").waitFor();
  const own = (all) => all.filter((text) => text.startsWith("в пути"));
  equal(own(await shownTexts(lost)).join(), texts.join());
  equal(own(await kept()).join(), texts.join());
  await lost.context().close();
});

test("a refused message says so, and can be sent again or deleted", async () => {
  const refusing = await house.page(anna, "/chat");
  let refuse = true;
  await refusing.routeWebSocket(/\/api\/v1\/ws/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((frame) => {
      const said = JSON.parse(String(frame));
      if (refuse && said.type === "send") {
        const { ref, text } = said;
        const code = text === "длинное" ? "too_long" : "not_allowed";
        socket.send(JSON.stringify({ type: "refused", ref, code, detail: "" }));
      } else server.send(frame);
    });
  });
  await refusing.goto(`${house.url}/chat?room=${room}`);
  await ready(refusing);
  for (const text of ["отвергнутое", "лишнее", "длинное"]) await say(refusing, text);
  await bubble(refusing, "лишнее").getByText("Не отправлено: нет доступа").waitFor();
  await bubble(refusing, "длинное").getByText("Не отправлено: слишком длинно").waitFor();
  refuse = false;
  await bubble(refusing, "лишнее").getByRole("button", { name: "Удалить" }).click();
  await bubble(refusing, "отвергнутое").getByRole("button", { name: "Повторить" }).click();
  await bubble(refusing, "отвергнутое").getByTitle("Отправлено").waitFor();
  // What is too long would be too long again: it is for changing.
  await bubble(refusing, "длинное").getByRole("button", { name: "Изменить" }).click();
  equal(await field(refusing).inputValue(), "длинное");
  for (const text of ["лишнее", "длинное"]) equal(await bubble(refusing, text).count(), 0);
  equal((await kept()).filter((text) => text === "отвергнутое").length, 1);
  await refusing.context().close();
  noFaults(house);
});
