// Files: attached, sent, seen in the other window, downloaded, and what goes wrong on the way.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  anna,
  boris,
  bubble,
  bubbles,
  field,
  noBreaches,
  noFaults,
  openHouse,
  ready,
  say,
  shots,
  shownTexts,
  until,
} from "./house.mjs";
import { png } from "./png.mjs";

const photo = { name: "узел крепления.png", mimeType: "image/png", buffer: png(640, 400) };
const report = {
  name: "Расчёт нагрузки на опоры, второй этаж.txt",
  mimeType: "text/plain",
  buffer: Buffer.from("Расчёт\n".repeat(400)),
};

let house;
let room;
before(async () => {
  mkdirSync(shots, { recursive: true });
  house = await openHouse({});
  room = (await house.roomOf(17)).id;
});
after(async () => {
  await house?.end();
  console.log(`screenshots: ${shots}`);
});

const open = async (person, wishes) =>
  ready(await house.page(person, `/chat?room=${room}`, wishes));
const choose = (page, file) => page.locator('.bs-composer input[type="file"]').setInputFiles(file);
const chip = (page) => page.locator(".bs-chip");
const send = (page) => page.getByRole("button", { name: "Отправить" }).click();
/** The file messages of the room, as the server keeps them. */
const kept = async () => {
  const messages = await house.call(anna, "GET", `/api/chat/rooms/${room}/messages/`);
  return messages.filter(({ file }) => file);
};
const files = (page) => bubbles(page).filter({ has: page.locator(".bs-file-place") });

/** The thumbnail of the newest file message, drawn. */
async function drawn(page) {
  const image = files(page).last().locator(".bs-picture img");
  await image.waitFor();
  await until(() => image.evaluate(({ naturalWidth }) => naturalWidth > 0), "the picture is drawn");
  return image;
}

/** Gives the page files as a drop or a paste would. */
function give(page, kind, list, text = "") {
  return page.evaluate(
    ([event, given, plain]) => {
      const data = new DataTransfer();
      for (const { name, bytes, type } of given) {
        data.items.add(new File([Uint8Array.from(bytes)], name, { type }));
      }
      if (plain) data.setData("text/plain", plain);
      const target = document.querySelector(
        event === "paste" ? ".bs-field" : ".bs-thread, .bs-state",
      );
      const wishes = { bubbles: true, cancelable: true };
      return target.dispatchEvent(
        event === "paste"
          ? new ClipboardEvent("paste", { ...wishes, clipboardData: data })
          : new DragEvent(event, { ...wishes, dataTransfer: data }),
      );
    },
    [
      kind,
      list.map(({ name, buffer, mimeType }) => ({ name, bytes: [...buffer], type: mimeType })),
      text,
    ],
  );
}

test("a picture: chosen, taken off, chosen again, sent, and seen in the other window", async () => {
  const page = await open(anna);
  const other = await open(boris);
  const sendButton = page.getByRole("button", { name: "Отправить" });
  equal(await sendButton.isDisabled(), true);
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Прикрепить файл" }).click();
  await (await chooser).setFiles(photo);
  await chip(page).getByText("узел крепления.png").waitFor();
  match(await chip(page).textContent(), /\d(,\d)? КБ/);
  await page.getByRole("button", { name: "Убрать файл" }).click();
  await chip(page).waitFor({ state: "detached" });
  equal(await sendButton.isDisabled(), true);
  const focused = () => field(page).evaluate((element) => element === document.activeElement);
  await until(focused, "the field has the focus");

  await choose(page, photo);
  await field(page).fill("Вот узел");
  await field(page).press("Enter");
  equal(await chip(page).count(), 0);
  await bubble(page, "Вот узел").getByTitle("Отправлено").waitFor();
  const [sent] = await kept();
  match(sent.file, /^\/files\/\d+\//);
  for (const window of [page, other]) {
    await bubble(window, "Вот узел").waitFor();
    const image = await drawn(window);
    equal(await image.getAttribute("alt"), "Картинка узел крепления.png");
    match(await image.getAttribute("src"), /^blob:/);
    equal(await bubble(window, "Вот узел").count(), 1);
  }

  // In full, with the keyboard alone: the row, its picture, and back.
  await bubble(other, "Вот узел").focus();
  await other.keyboard.press("Enter");
  await other.keyboard.press("Enter");
  const viewer = other.getByRole("dialog", { name: "Картинки" });
  await viewer.waitFor();
  const wide = () => viewer.locator("img").evaluate(({ naturalWidth }) => naturalWidth === 640);
  await until(wide, "the whole picture has come");
  await other.keyboard.press("Escape");
  await viewer.waitFor({ state: "detached" });
  const onRow = () => other.evaluate(() => document.activeElement?.classList.contains("bs-row"));
  await until(onRow, "the row has the focus again");
  await page.context().close();
  await other.context().close();
  noFaults(house);
});

test("a file without a word: a card on both sides, and the very bytes when downloaded", async () => {
  const page = await open(anna);
  const other = await open(boris);
  await choose(page, report);
  await send(page);
  await files(page).last().getByTitle("Отправлено").waitFor();
  const card = files(other)
    .last()
    .getByRole("button", { name: `Скачать ${report.name}` });
  await card.waitFor();
  const saved = other.waitForEvent("download");
  await card.click();
  const download = await saved;
  equal(download.suggestedFilename(), report.name);
  ok(readFileSync(await download.path()).equals(report.buffer), "the bytes are the same");

  // A name in the list says more than the word "file".
  await other
    .locator(".bs-room")
    .filter({ hasText: "Расчёт нагрузки" })
    .waitFor({ timeout: 25_000 });

  await other.route(/\/files\//, (route) => route.abort());
  await card.click();
  await files(other).last().getByRole("alert").filter({ hasText: "Не скачался." }).waitFor();
  await other.unroute(/\/files\//);
  const again = other.waitForEvent("download");
  await card.click();
  await again;
  await page.context().close();
  await other.context().close();
});

const UPLOADS = /\/api\/v1\/rooms\/[^/]+\/files\/$/;

test("a lost answer: it waits, is sent again by itself, and is still one message", async () => {
  const page = await open(anna);
  const before = (await kept()).length;
  let tries = 0;
  await page.route(UPLOADS, async (route) => {
    tries += 1;
    // First the bytes are lost, then only the answer.
    if (tries === 2) await route.fetch();
    if (tries <= 2) await route.abort("connectionreset");
    else await route.continue();
  });
  await choose(page, report);
  await field(page).fill("с третьего раза");
  await field(page).press("Enter");
  const row = bubble(page, "с третьего раза");
  await row.getByTitle("Отправляется").waitFor();
  equal(await field(page).inputValue(), "");
  await row.getByTitle("Отправлено").waitFor();
  equal(tries, 3);
  equal((await kept()).length, before + 1);
  equal((await shownTexts(page)).filter((text) => text === "с третьего раза").length, 1);
  await page.context().close();
});

test("what the server does not take is told in words, and can be deleted", async () => {
  const page = await open(anna);
  const before = (await kept()).length;
  const odd = { name: "программа.exe", mimeType: "", buffer: Buffer.from("MZ\x00\x01\x02\x03") };
  await choose(page, odd);
  await field(page).fill("не возьмут");
  await field(page).press("Enter");
  const row = bubble(page, "не возьмут");
  await row.getByText("Не отправлено: файлы такого типа не принимаются").waitFor();
  await row.getByRole("button", { name: "Удалить" }).click();
  await row.waitFor({ state: "detached" });

  // Chosen by its path: so many bytes take their time on the way to a busy browser.
  const folder = mkdtempSync(join(tmpdir(), "beseda-big-"));
  const big = join(folder, "большой.txt");
  writeFileSync(big, Buffer.alloc(27_000_000, 65));
  await choose(page, big);
  await page.getByRole("alert").filter({ hasText: "больше, чем можно (25 МБ)" }).waitFor();
  equal(await chip(page).count(), 0);
  rmSync(folder, { recursive: true });

  await choose(page, { name: "пустой.txt", mimeType: "text/plain", buffer: Buffer.alloc(0) });
  await page.getByRole("alert").filter({ hasText: "Файл пустой.txt пустой." }).waitFor();
  equal(await chip(page).count(), 0);
  equal((await kept()).length, before);
  await page.context().close();
  noFaults(house);
});

test("an upload shows how far it has come, and can be called off", async () => {
  const page = await open(anna);
  const before = (await kept()).length;
  let released;
  const held = new Promise((done) => {
    released = done;
  });
  await page.route(UPLOADS, async (route) => {
    await held;
    await route.continue().catch(() => undefined);
  });
  await choose(page, report);
  await field(page).fill("передумаю");
  await field(page).press("Enter");
  const row = bubble(page, "передумаю");
  await row.getByRole("progressbar", { name: "Отправляется" }).waitFor();
  await row.getByText("5,1 КБ").waitFor();
  // What is written after it keeps its place behind it.
  await say(page, "текст ждёт своей очереди");
  await bubble(page, "текст ждёт").getByTitle("Отправляется").waitFor();
  const asked = page.waitForEvent("dialog");
  const leaving = page.close({ runBeforeUnload: true });
  const dialog = await asked;
  equal(dialog.type(), "beforeunload");
  await dialog.dismiss();
  await leaving;
  await row.getByRole("button", { name: "Отмена" }).click();
  await row.waitFor({ state: "detached" });
  await bubble(page, "текст ждёт").getByTitle("Отправлено").waitFor();
  released();
  await say(page, "после отмены");
  await bubble(page, "после отмены").getByTitle("Отправлено").waitFor();
  equal((await kept()).length, before);
  await page.context().close();
});

test("pasted and dropped: several files, with the reason where it is none", async () => {
  const page = await open(anna);
  const notes = page.locator(".bs-attach-trouble");
  await give(page, "paste", [photo], "текст важнее");
  equal(await chip(page).count(), 0);
  equal(await give(page, "paste", [photo]), false);
  await chip(page).getByText(photo.name).waitFor();
  await page.getByRole("button", { name: "Убрать файл" }).click();

  await give(page, "dragenter", [report]);
  await page.getByText("Отпустите файл, чтобы прикрепить его").waitFor();
  await give(page, "drop", [report]);
  await page.getByText("Отпустите файл, чтобы прикрепить его").waitFor({ state: "detached" });
  await chip(page).getByText("5,1 КБ").waitFor();
  await give(page, "drop", Array(20).fill(report));
  await notes.getByText("К сообщению можно прикрепить не больше 20 файлов.").waitFor();
  equal(await chip(page).count(), 20);
  for (let left = 20; left > 1; left -= 1)
    await chip(page).last().getByRole("button", { name: "Убрать файл" }).click();
  await give(page, "drop", [photo]);
  equal(await chip(page).count(), 2);
  await field(page).fill("брошенный");
  await field(page).press("Enter");
  await bubble(page, "брошенный").getByTitle("Отправлено").waitFor();
  equal(await notes.textContent(), "");
  await page.context().close();
  noFaults(house);
});

test("a file's name stays text, whatever it is", async () => {
  const page = await open(anna);
  const other = await open(boris);
  const evil = "<img src=x onerror=window.evil=1>.txt";
  const mark = "javascript:window.evil=1&amp;<svg onload=window.evil=1>.png";
  for (const name of [evil, mark]) {
    await choose(page, { ...report, name });
    await chip(page).waitFor();
    equal(await chip(page).locator(".bs-file-name").textContent(), name);
    await send(page);
    await until(async () => (await chip(page).count()) === 0, "it is on its way");
    await files(page).last().getByTitle("Отправлено").waitFor();
  }
  // What looks like a picture by its name and is none is a card.
  equal(await files(other).last().locator(".bs-picture").count(), 0);
  const fallback = files(other).last().locator(".bs-file");
  await fallback.waitFor();
  const saved = other.waitForEvent("download");
  await fallback.click();
  await saved;
  // A name that comes as it is does no harm either, and an address of no file of this server leads nowhere.
  await other.routeWebSocket(/\/api\/v1\/ws/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((frame) => {
      const said = JSON.parse(String(frame));
      if (said.type === "changes" && said.messages.length > 1) {
        const [before, last] = said.messages.slice(-2);
        // The server would have made this one harmless.
        before.files[0].name = evil;
        const foreign = "javascript:window.evil=1//files/1/a.png";
        Object.assign(last.files[0], { url: foreign, thumbnail_url: foreign });
      }
      socket.send(JSON.stringify(said));
    });
  });
  const asked = [];
  other.on("request", (request) => asked.push(request.url()));
  await other.reload();
  await ready(other);
  await files(other).last().locator(".bs-file").waitFor();
  equal(await files(other).last().locator(".bs-file-place :is(a, button)").count(), 0);
  equal(await files(other).nth(-2).locator(".bs-file-name").textContent(), evil);
  deepEqual(
    asked.filter((url) => url.includes("javascript")),
    [],
  );
  for (const window of [page, other]) {
    const planted = ".bs-window :is([onerror], [onload], script)";
    equal(await window.locator(planted).count(), 0);
    equal(await window.evaluate(() => window.evil), undefined);
  }
  await page.context().close();
  await other.context().close();
  noFaults(house);
});

test("nothing moves while pictures come, and none is asked for far away", async () => {
  const { id } = await house.roomOf(18);
  for (let index = 0; index < 12; index += 1) {
    const picture = png(120 + index * 40, 300 - index * 10);
    await house.attach(boris, id, `снимок ${index}`, `снимок ${index}.png`, picture);
  }
  await house.call(anna, "POST", `/api/chat/rooms/${id}/mark_read/`);
  const page = await house.page(anna, "/chat");
  let opened;
  const gate = new Promise((done) => {
    opened = done;
  });
  const asked = new Set();
  await page.route(/view=thumbnail/, async (route) => {
    asked.add(route.request().url());
    await gate;
    await route.continue();
  });
  await page.goto(`${house.url}/chat?room=${id}`);
  await ready(page);
  await until(() => asked.size > 0, "pictures are asked for");
  const places = () =>
    page.evaluate(() =>
      [...document.querySelectorAll(".bs-row")].map((row) => row.getBoundingClientRect().top),
    );
  const before = await places();
  equal(before.length, 12);
  opened();
  await drawn(page);
  await until(
    async () => (await page.locator(".bs-picture img").count()) === asked.size,
    "all came",
  );
  deepEqual(await places(), before);
  ok(asked.size < 12, `${asked.size} of 12 were asked for`);
  await page.context().close();
  noFaults(house);
});

const WIDTHS = { 1280: { width: 1280, height: 800 }, 375: { width: 375, height: 667 } };
for (const colorScheme of ["light", "dark"]) {
  for (const [width, viewport] of Object.entries(WIDTHS)) {
    test(`${colorScheme}, ${width} px: files are accessible, and nothing scrolls sideways`, async () => {
      const { id } = await house.roomOf(19);
      const touch = width === "375" ? { isMobile: true, hasTouch: true } : {};
      const page = await ready(
        await house.page(anna, `/chat?room=${id}`, {
          ...{ viewport, colorScheme, axe: true, reducedMotion: "reduce" },
          ...touch,
        }),
      );
      const seen = async (name) => {
        await page.screenshot({ path: join(shots, `files-${name}-${width}-${colorScheme}.png`) });
        await noBreaches(page, `files ${name} ${colorScheme} ${width}`);
        const wide = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        ok(wide <= 0, `${wide} px too wide`);
      };
      await choose(page, photo);
      await field(page).fill("Так это выглядит сейчас");
      await send(page);
      await drawn(page);
      await choose(page, report);
      await send(page);
      await files(page).last().getByTitle("Отправлено").waitFor();
      await page.route(UPLOADS, (route) =>
        route.fulfill({ status: 403, json: { code: "not_allowed", detail: "" } }),
      );
      await choose(page, report);
      await send(page);
      await page.getByText("Не отправлено").last().waitFor();
      await page.unroute(UPLOADS);
      await page.route(UPLOADS, () => undefined);
      await choose(page, photo);
      await send(page);
      await page.getByRole("progressbar").waitFor();
      await choose(page, photo);
      await chip(page).waitFor();
      await seen("thread");
      await page.locator(".bs-picture button").last().click();
      await page.getByRole("dialog").locator("img").waitFor();
      await seen("viewer");
      await page.context().close();
    });
  }
}
