// Two people in one room: live both ways, and nothing lost or doubled whatever happens between.
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
  orders,
  ready,
  say,
  shownTexts,
  until,
} from "./house.mjs";

let house;
before(async () => {
  house = await openHouse({ orders: orders(4) });
});
after(() => house?.end());

test("log in, open an order's chat, talk live, see each other type", async () => {
  const page = await house.page(null, "/chat?order=17");
  await page.getByLabel("Почта, имя или телефон").fill("anna");
  await page.getByLabel("Пароль").fill("неверный");
  await page.getByRole("button", { name: "Войти" }).click();
  await page.getByText("Неверное имя или пароль.").waitFor();
  await page.getByLabel("Пароль").fill(anna.password);
  await page.getByRole("button", { name: "Войти" }).click();
  await page.getByRole("heading", { name: "Заказ #17" }).waitFor();
  await page.getByRole("heading", { name: "Нет сообщений" }).waitFor();
  match(page.url(), /\/chat\?room=order:17$/);
  await ready(page);

  const room = await house.roomOf(17);
  const other = await ready(await house.page(boris, `/chat?room=${room.id}`));
  await field(other).pressSequentially("Здрав", { delay: 30 });
  await page.getByText("Печатает...").waitFor();
  await page.getByText("Печатает...").waitFor({ state: "hidden" });
  await say(other, "Здравствуйте");
  const heard = bubble(page, "Здравствуйте");
  await heard.waitFor();
  equal(await heard.getAttribute("data-mine"), "false");
  match(await heard.textContent(), /Борис Орлов.*\d\d:\d\d/s);

  await say(page, "Добрый день");
  const mine = bubble(page, "Добрый день");
  equal(await mine.getAttribute("data-mine"), "true");
  await bubble(other, "Добрый день").waitFor();
  await page.getByTitle("Прочитано").or(page.getByTitle("Отправлено")).first().waitFor();
  await page.context().close();
  await other.context().close();
  noFaults(house);
});

test("ticks: stored, then read when the other window looks", async () => {
  const { id } = await house.roomOf(18);
  const page = await ready(await house.page(anna, `/chat?room=${id}`));
  await say(page, "Прочтите это");
  await bubble(page, "Прочтите это").getByTitle("Отправлено").waitFor();
  const other = await ready(await house.page(boris, `/chat?room=${id}`));
  await bubble(other, "Прочтите это").waitFor();
  await other.bringToFront();
  await bubble(page, "Прочтите это").getByTitle("Прочитано").waitFor({ timeout: 25_000 });
  await page.context().close();
  await other.context().close();
  noFaults(house);
});

test("edit and delete are seen on both sides", async () => {
  const { id } = await house.roomOf(18);
  const page = await ready(await house.page(anna, `/chat?room=${id}`));
  const other = await ready(await house.page(boris, `/chat?room=${id}`));
  await say(page, "Встреча в пять");
  await bubble(other, "Встреча в пять").waitFor();
  await bubble(page, "Встреча в пять").locator(".bs-bubble").hover();
  await bubble(page, "Встреча в пять").getByRole("button", { name: "Изменить" }).click();
  await field(page).fill("Встреча в шесть");
  await field(page).press("Enter");
  await bubble(page, "Встреча в шесть").getByText("изм.").waitFor();
  await bubble(other, "Встреча в шесть").getByText("изм.").waitFor();
  equal(await bubble(other, "Встреча в пять").count(), 0);

  await field(page).press("ArrowUp");
  equal(await field(page).inputValue(), "Встреча в шесть");
  await field(page).press("Escape");
  equal(await field(page).inputValue(), "");

  await choose(page, "Встреча в шесть", "Удалить");
  await page.getByRole("dialog").getByRole("button", { name: "Удалить" }).click();
  await bubble(page, "Сообщение удалено").waitFor();
  await bubble(other, "Сообщение удалено").waitFor();
  deepEqual((await house.texts(id)).includes("Встреча в шесть"), false);
  await page.context().close();
  await other.context().close();
  noFaults(house);
});

test("a message looks like what it says, is read with what it says, and nobody who types moves it", async () => {
  const { id } = await house.roomOf(20);
  const page = await ready(await house.page(anna, `/chat?room=${id}`));
  const other = await ready(await house.page(boris, `/chat?room=${id}`));
  await say(page, "👍🏽");
  await house.write(anna, id, "верх\n\n\n\n\n\n\n\n\n\n\nниз");
  await say(page, "Пишите: +7 900 123-45-67, имя@почта.рф");
  const last = bubble(other, "Пишите");
  await last.waitFor();
  const sizes = await other
    .locator(".bs-text")
    .evaluateAll((texts) =>
      texts.map((text) => [getComputedStyle(text).fontSize, text.clientHeight]),
    );
  deepEqual([sizes[0][0], sizes[2][0]], ["34px", "15px"]);
  equal((await bubble(other, "верх").boundingBox()).height < 120, true, "emptiness is no tower");
  deepEqual(
    await last.locator("a").evaluateAll((links) => links.map(({ href }) => href.slice(0, 16))),
    ["tel:+79001234567", "mailto:%D0%B8%D0"],
  );
  match(await last.getAttribute("aria-label"), /^Анна .*\d\d:\d\d: Пишите: \+7 900/);

  const places = () =>
    other.evaluate(() => {
      const row = [...document.querySelectorAll(".bs-row")].at(-1).getBoundingClientRect();
      const composer = document.querySelector(".bs-composer").getBoundingClientRect();
      return [row.top, composer.top];
    });
  const before = await places();
  await field(page).pressSequentially("Ещё", { delay: 30 });
  await other.getByText("Печатает...").waitFor();
  deepEqual(await places(), before);
  const words = await other.locator(".bs-typing-words").boundingBox();
  equal(words.y >= (await last.locator(".bs-bubble").boundingBox()).y + 30, true);
  equal(words.y + words.height <= before[1], true, "above the field");

  // The ring is around what is said. Before the field are the emoji and the files.
  await field(other).focus();
  for (let stop = 0; stop < 3; stop += 1) await other.keyboard.press("Shift+Tab");
  const rings = await other.evaluate(() => {
    const row = document.activeElement.closest(".bs-row");
    const bubble = row.querySelector(".bs-bubble");
    return [row, bubble].map((element) => getComputedStyle(element).outlineStyle);
  });
  deepEqual(rings, ["none", "solid"]);
  await page.context().close();
  await other.context().close();
  noFaults(house);
});

test("a lost ack and a retry make one message", async () => {
  const { id } = await house.roomOf(19);
  const page = await house.page(anna, "/chat");
  let lost = 0;
  await page.routeWebSocket(/\/api\/v1\/ws/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((frame) => {
      if (lost === 0 && String(frame).includes("Один раз")) {
        lost += 1;
        socket.close({ code: 4009, reason: "retry_ms=300" });
        server.close();
      } else socket.send(frame);
    });
  });
  await page.goto(`${house.url}/chat?room=${id}`);
  await ready(page);
  await say(page, "Один раз");
  await until(() => lost === 1, "the ack was lost");
  await bubble(page, "Один раз").getByTitle("Отправлено").waitFor();
  await ready(page);
  await until(async () => (await kept(page)) === 0, "the outbox is empty");
  equal((await shownTexts(page)).filter((text) => text === "Один раз").length, 1);
  equal((await house.texts(id)).filter((text) => text === "Один раз").length, 1);
  await page.context().close();
  noFaults(house);
});

test("an access token that is no good any more is renewed without a word", async () => {
  const { id } = await house.roomOf(19);
  const page = await ready(await house.page(anna, `/chat?room=${id}`));
  await page.evaluate(() => localStorage.setItem("tp_access_token", "worn.out.token"));
  await page.reload();
  await ready(page);
  await say(page, "с новым пропуском");
  await bubble(page, "с новым пропуском").getByTitle("Отправлено").waitFor();
  const token = await page.evaluate(() => localStorage.getItem("tp_access_token"));
  equal(token.split(".").length, 3);
  equal(token.includes("worn"), false);
  await page.context().close();
  noFaults(house);
});

test("a server that is killed and comes back loses nothing and doubles nothing", async () => {
  const { id } = await house.roomOf(17);
  const page = await ready(await house.page(anna, `/chat?room=${id}`));
  const other = await ready(await house.page(boris, `/chat?room=${id}`));
  const before = await house.texts(id);
  const wanted = [];
  const talk = async (who, name) => {
    for (let turn = 1; turn <= 12; turn += 1) {
      const text = `${name} ${turn}`;
      // The field is off while there is no link: whoever types waits for it, as a person does.
      await until(
        async () => {
          const isTaken = (await shownTexts(who)).includes(text);
          if (!isTaken) await say(who, text).catch(() => undefined);
          return isTaken;
        },
        `${text} was taken`,
        40_000,
      );
      wanted.push(text);
    }
  };
  const talking = Promise.all([talk(page, "Анна"), talk(other, "Борис")]);
  await until(() => wanted.length >= 6, "the conversation is under way");
  await house.kill();
  await page.getByText("Нет связи").first().waitFor();
  equal(await page.getByRole("button", { name: "Отправить" }).isDisabled(), true);
  await house.start();
  await talking;
  const all = [...wanted].sort();
  await until(
    async () => (await house.texts(id)).length >= before.length + 24,
    "all are kept",
    30_000,
  );
  const kept = (await house.texts(id)).slice(before.length);
  deepEqual([...kept].sort(), all);
  for (const who of [page, other]) {
    await until(async () => (await shownTexts(who)).length >= before.length + 24, "all are shown");
    deepEqual((await shownTexts(who)).slice(-24), kept);
  }
  await page.context().close();
  await other.context().close();
  noFaults(house);
});

/** How many messages this browser keeps for whenever the server can be reached. */
function kept(page) {
  return page.evaluate(async () => {
    const counts = (await indexedDB.databases()).map(
      ({ name }) =>
        new Promise((done, fail) => {
          const opened = indexedDB.open(name);
          opened.onerror = fail;
          opened.onsuccess = () => {
            const count = opened.result.transaction("kept").objectStore("kept").count();
            count.onsuccess = () => done(count.result);
            opened.result.close();
          };
        }),
    );
    return (await Promise.all(counts)).reduce((all, one) => all + one, 0);
  });
}
