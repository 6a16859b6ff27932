// Rooms by their keys: the page has one socket for all of them and for all of its tabs, and hears everything at once.
import { deepEqual, equal, match } from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  anna,
  boris,
  bubble,
  choose,
  field,
  noFaults,
  openHouse,
  ready,
  say,
  until,
} from "./house.mjs";
import { png } from "./png.mjs";

/** Sooner than a list that is asked for now and then would know, in milliseconds. */
const AT_ONCE = 5_000;
let house;
const ids = {};
before(async () => {
  house = await openHouse({ settings: "limits.text_chars = 3000\n" });
  for (const order of [17, 18, 19]) ids[order] = (await house.roomOf(order)).id;
});
after(() => house?.end());

const row = (page, order) => page.locator(".bs-room").filter({ hasText: `Заказ #${order}` });

/** Every socket that a page opens, by its path. */
function socketsOf(page) {
  const paths = [];
  page.on("websocket", (socket) => paths.push(new URL(socket.url()).pathname));
  return paths;
}

test("two tabs share a socket, and badges move in both at once, where somebody writes and where somebody reads", async () => {
  const page = await house.page(anna, "/healthz");
  const other = await page.context().newPage();
  const sockets = [socketsOf(page), socketsOf(other)];
  for (const tab of [page, other]) {
    await tab.goto(`${house.url}/chat`);
    await row(tab, 17).waitFor();
  }
  await house.write(boris, ids[18], "раз");
  await house.write(boris, ids[18], "два");
  for (const tab of [page, other]) {
    await row(tab, 18).locator(".bs-count").filter({ hasText: "2" }).waitFor({ timeout: AT_ONCE });
    equal(await tab.title(), "(2) Беседа");
    match(
      await tab.locator(".bs-room").first().textContent(),
      /Заказ #18.*\d\d\.\d\d\.\d{4} \d\d:\d\d.*Борис Орлов.*два/s,
    );
  }
  await page.bringToFront();
  await row(page, 18).click();
  await page.getByText("Новые сообщения").waitFor();
  match(page.url(), /\/chat\?room=order:18$/);
  for (const tab of [page, other]) {
    await row(tab, 18).locator(".bs-count").waitFor({ state: "detached", timeout: AT_ONCE });
  }
  const path = `/api/chat/rooms/${ids[18]}/`;
  equal((await house.call(anna, "GET", path)).unread_count, 0);
  for (const order of [17, 19]) {
    await row(page, order).click();
    await ready(page);
  }
  deepEqual(sockets, [["/api/v1/ws"], []]);
  await page.context().close();
  noFaults(house);
});

test("a room by its key: written, read, edited, deleted and sent a picture, over a restart too", async () => {
  const page = await ready(await house.page(anna, "/chat?room=order:19"));
  const other = await ready(await house.page(boris, "/chat?room=order:19"));
  await page.getByRole("heading", { name: "Заказ #19" }).waitFor();
  equal(await page.locator(".bs-names").textContent(), "Борис Орлов");
  await field(other).pressSequentially("Здрав", { delay: 30 });
  await page.getByText("Печатает...").waitFor();
  await say(other, "Здравствуйте");
  match(await bubble(page, "Здравствуйте").textContent(), /Борис Орлов.*\d\d:\d\d/s);
  await other.bringToFront();
  await say(page, "Встреча в пять");
  await bubble(page, "Встреча в пять").getByTitle("Прочитано").waitFor({ timeout: AT_ONCE });

  await bubble(page, "Встреча в пять").locator(".bs-bubble").hover();
  await bubble(page, "Встреча в пять").getByRole("button", { name: "Изменить" }).click();
  await field(page).fill("Встреча в шесть");
  await field(page).press("Enter");
  await bubble(other, "Встреча в шесть").getByText("изм.").waitFor();
  await choose(page, "Встреча в шесть", "Удалить");
  await page.getByRole("dialog").getByRole("button", { name: "Удалить" }).click();
  for (const window of [page, other]) await bubble(window, "Сообщение удалено").waitFor();

  const photo = { name: "узел.png", mimeType: "image/png", buffer: png(640, 400) };
  await other.locator('.bs-composer input[type="file"]').setInputFiles(photo);
  await other.getByRole("button", { name: "Отправить" }).click();
  const image = page.locator(".bs-picture img").last();
  const drawn = () => image.evaluate(({ naturalWidth }) => naturalWidth > 0);
  await until(drawn, "it is drawn");

  await house.kill();
  await page.locator('.bs-badge[data-online="false"]').waitFor();
  await house.start();
  await ready(page);
  await say(page, "Снова здесь");
  await bubble(other, "Снова здесь").waitFor();
  await page.reload();
  await ready(page);
  equal(await bubble(page, "Сообщение удалено").count(), 1, "its place is kept");
  equal(await bubble(page, "Снова здесь").count(), 1);
  await until(drawn, "it is drawn again");
  for (const window of [page, other]) await window.context().close();
  noFaults(house);
});

test("what is nobody's room, or somebody else's, is refused in words", async () => {
  const page = await house.page(anna, "/chat?room=order:404");
  await page.getByRole("alert").filter({ hasText: "У вас нет доступа к этому чату." }).waitFor();
  await row(page, 17).click();
  await ready(page);
  await page.context().close();
  noFaults(house);
});

test("the field knows what this server takes", async () => {
  const page = await ready(await house.page(anna, `/chat?room=order:17`));
  await field(page).fill("я".repeat(2_701));
  await page.getByText("Осталось знаков: 299").waitFor();
  await field(page).fill("я".repeat(3_001));
  await page.getByText("Лишних знаков: 1").waitFor();
  equal(await page.getByRole("button", { name: "Отправить" }).isDisabled(), true);
  await field(page).fill("");
  await page.context().close();
  noFaults(house);
});
