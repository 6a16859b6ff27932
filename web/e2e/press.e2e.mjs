// A press means what lay under it when it began, whatever moves before the release.
import { equal, ok } from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  anna,
  boris,
  bubble,
  bubbles,
  noFaults,
  openHouse,
  orders,
  ready,
  until,
} from "./house.mjs";
import { png } from "./png.mjs";

let house;
before(async () => {
  house = await openHouse({ orders: orders(90) });
});
after(() => house?.end());

const WAYS = {
  "1280 px, mouse": { viewport: { width: 1280, height: 800 } },
  "375 px, finger": { viewport: { width: 375, height: 667 }, isMobile: true, hasTouch: true },
};

/** A finger that stays longer than this does something else than press, in milliseconds. */
const LONG_PRESS = 450;

/**
 * Presses the middle of `target`, waits until `meanwhile` has happened, and lets go `by` some
 * pixels from there. False when a finger took too long for a press.
 */
async function press(page, target, meanwhile = () => undefined, by = 0) {
  const { x, y, width, height } = await target.boundingBox();
  const at = { x: x + width / 2, y: y + height / 2 };
  if (!(await page.evaluate(() => navigator.maxTouchPoints > 0))) {
    await page.mouse.move(at.x, at.y);
    await page.mouse.down();
    await meanwhile(at);
    if (by) await page.mouse.move(at.x, at.y + by, { steps: 4 });
    await page.mouse.up();
    return true;
  }
  const finger = await page.context().newCDPSession(page);
  const touch = (type, touchPoints) =>
    finger.send("Input.dispatchTouchEvent", { type, touchPoints });
  const began = performance.now();
  await touch("touchStart", [at]);
  await meanwhile(at);
  if (by) await touch("touchMove", [{ x: at.x, y: at.y + by }]);
  await touch("touchEnd", []);
  return performance.now() - began < LONG_PRESS;
}

let order = 16;
/** A room of its own for each try. */
async function newRoom() {
  order += 1;
  return { order, id: (await house.roomOf(order)).id };
}

/** Tries again where the machine was too busy for a quick finger. */
async function quickly(attempt) {
  for (let turn = 0; turn < 8; turn += 1) if (await attempt()) return;
  throw new Error("no press was quick enough");
}

/** A page at `path`, whose frames can be kept back and let in. */
async function openHeld(path, wishes) {
  const page = await house.page(anna, "/healthz", wishes);
  let kept = null;
  let news = 0;
  await page.routeWebSocket(/\/api\/v1\/ws/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((frame) => {
      if (!kept) {
        socket.send(frame);
        return;
      }
      kept.push(() => socket.send(frame));
      const { type, messages } = JSON.parse(String(frame));
      if (type === "moved") news += 1;
      if (type === "changes") news += messages.length;
    });
  });
  await page.goto(house.url + path);
  const hold = async (count, act) => {
    kept = [];
    news = 0;
    await act();
    await until(() => news >= count, "what is new has come");
  };
  const letIn = () => {
    for (const send of kept) send();
    kept = null;
  };
  return { page, hold, letIn };
}

const picture = (page, text) => bubble(page, text).locator(".bs-picture button");
const viewer = (page, name) =>
  page
    .getByRole("dialog", { name: "Картинки" })
    .filter({ has: page.getByRole("img", { name: `Картинка ${name}.png` }) });
/**
 * Waits until the picture is open and drawn in full: Chromium tells off a page that is left while it
 * loads one.
 */
async function drawnInFull(page, name, text = "нажимают сюда") {
  const small = await picture(page, text).locator("img").getAttribute("src");
  const image = viewer(page, name).locator("img");
  await until(
    () =>
      image.evaluate((it, than) => it.src !== than && it.complete && it.naturalWidth > 0, small),
    `${name} is drawn in full`,
  );
}
const topOf = (locator) => locator.evaluate((element) => element.getBoundingClientRect().top);
const frames = (page, count) =>
  page.evaluate(
    (wanted) =>
      new Promise((done) => {
        const next = (left) => (left ? requestAnimationFrame(() => next(left - 1)) : done());
        next(wanted);
      }),
    count,
  );

/** Waits until the picture of this message is drawn and nothing moves any more. */
async function drawn(page, text) {
  const image = picture(page, text).locator("img");
  await image.waitFor();
  await until(() => image.evaluate(({ naturalWidth }) => naturalWidth > 0), `${text} is drawn`);
  let last = "";
  await until(async () => {
    await frames(page, 12);
    const tops = await bubbles(page).evaluateAll((rows) =>
      rows.map((row) => row.getBoundingClientRect().top).join(),
    );
    const same = tops === last;
    last = tops;
    return same;
  }, "nothing moves");
}

const atEnd = (page) =>
  page
    .locator(".bs-scroller")
    .evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight < 2);

/** Fills a room up to its end, with a picture near that end. */
async function fill(id) {
  for (let index = 1; index <= 20; index += 1) await house.write(boris, id, `строка ${index}`);
  await house.attach(boris, id, "нажимают сюда", "нужная.png", png(300, 200));
  await house.call(anna, "POST", `/api/chat/rooms/${id}/mark_read/`);
}

for (const [way, wishes] of Object.entries(WAYS)) {
  test(`${way}: messages and a late picture come while a picture is pressed`, async () => {
    await quickly(async () => {
      const { id } = await newRoom();
      await fill(id);
      const { page, hold, letIn } = await openHeld(`/chat?room=${id}`, wishes);
      await drawn(page, "нажимают сюда");
      let opened;
      const gate = new Promise((done) => {
        opened = done;
      });
      await page.route(/view=thumbnail/, async (route) => {
        await gate;
        await route.continue();
      });
      await hold(2, async () => {
        await house.attach(boris, id, "поздняя", "поздняя.png", png(200, 300));
        await house.write(boris, id, "и ещё одно сообщение");
      });
      const target = picture(page, "нажимают сюда");
      const before = await topOf(target);
      let moved;
      const quick = await press(page, target, async () => {
        letIn();
        await bubble(page, "и ещё одно").waitFor({ state: "attached" });
        opened();
        await frames(page, 4);
        moved = (await topOf(target)) - before;
      });
      // Nothing slips away from under the finger, although the thread follows its end otherwise.
      ok(Math.abs(moved) <= 1, `it moved ${moved} px`);
      if (quick) {
        await drawnInFull(page, "нужная");
        await page.getByRole("button", { name: "Закрыть" }).click();
        await until(() => atEnd(page), "the thread follows again");
      }
      await page.context().close();
      return quick;
    });
    noFaults(house);
  });

  test(`${way}: a row above grows while a picture is pressed`, async () => {
    await quickly(async () => {
      const { id } = await newRoom();
      await fill(id);
      const { page, hold, letIn } = await openHeld(`/chat?room=${id}`, wishes);
      await drawn(page, "нажимают сюда");
      const above = (await house.call(boris, "GET", `/api/chat/rooms/${id}/messages/`)).at(-2);
      const long = "Правка, которая намного длиннее прежнего текста. ".repeat(9);
      await hold(1, () =>
        house.call(boris, "PATCH", `/api/chat/messages/${above.id}/`, { message: long }),
      );
      const target = picture(page, "нажимают сюда");
      const before = await topOf(target);
      let moved;
      const quick = await press(page, target, async () => {
        letIn();
        await bubble(page, "Правка, которая").waitFor({ state: "attached" });
        await frames(page, 4);
        moved = (await topOf(target)) - before;
      });
      ok(Math.abs(moved) <= 1, `it moved ${moved} px`);
      if (quick) await drawnInFull(page, "нужная");
      await page.context().close();
      return quick;
    });
    noFaults(house);
  });

  test(`${way}: a thread too short to scroll moves up while a picture is pressed`, async () => {
    await quickly(async () => {
      const { id } = await newRoom();
      await house.attach(boris, id, "первая", "первая.png", png(300, 200));
      const { page, hold, letIn } = await openHeld(`/chat?room=${id}`, wishes);
      await drawn(page, "первая");
      const long = "Длинное сообщение, которое отодвинет картинку. ".repeat(9);
      await hold(1, () => house.write(boris, id, long));
      const target = picture(page, "первая");
      const quick = await press(page, target, async ({ y }) => {
        letIn();
        await bubble(page, "Длинное сообщение").waitFor({ state: "attached" });
        await frames(page, 4);
        const box = await target.boundingBox();
        ok(box.y + box.height < y, "it moved away");
      });
      if (quick) {
        await drawnInFull(page, "первая", "первая");
        equal(await page.getByRole("dialog").count(), 1);
      }
      await page.context().close();
      return quick;
    });
    noFaults(house);
  });

  test(`${way}: the thread still scrolls while a picture is pressed and let go`, async () => {
    await quickly(async () => {
      const { id } = await newRoom();
      await fill(id);
      const page = await ready(await house.page(anna, `/chat?room=${id}`, wishes));
      await drawn(page, "нажимают сюда");
      const quick = await press(page, picture(page, "нажимают сюда"), () =>
        page.evaluate(
          () =>
            new Promise((done) => {
              const hear = { capture: true, once: true };
              document.addEventListener("scroll", () => setTimeout(done), hear);
              document.querySelector(".bs-scroller").scrollTop -= 20;
            }),
        ),
      );
      if (quick) await drawnInFull(page, "нужная");
      await page.context().close();
      return quick;
    });
    noFaults(house);
  });

  test(`${way}: whoever slides away from what was pressed means nothing`, async () => {
    const { id } = await newRoom();
    await fill(id);
    const page = await ready(await house.page(anna, `/chat?room=${id}`, wishes));
    await drawn(page, "нажимают сюда");
    await press(page, picture(page, "нажимают сюда"), undefined, -200);
    await house.write(boris, id, "ничего не открылось");
    await bubble(page, "ничего не открылось").waitFor({ state: "attached" });
    equal(await page.getByRole("dialog").count(), 0);
    await page.context().close();
    noFaults(house);
  });

  test(`${way}: a room that moves in the list while it is pressed is the one that opens`, async () => {
    await quickly(async () => {
      const rooms = [await newRoom(), await newRoom()];
      for (const { order, id } of rooms) await house.write(boris, id, `в заказе ${order}`);
      const { page, hold, letIn } = await openHeld("/chat", wishes);
      const list = page.locator(".bs-room");
      const row = ({ order }) => list.filter({ hasText: `Заказ #${order}` });
      await list
        .first()
        .filter({ hasText: `#${rooms[1].order}` })
        .waitFor();
      await hold(1, () => house.write(boris, rooms[0].id, "наверх"));
      const quick = await press(page, row(rooms[1]), async () => {
        letIn();
        await list
          .first()
          .filter({ hasText: `#${rooms[0].order}` })
          .waitFor();
      });
      const heading = page.getByRole("heading", { name: `Заказ #${rooms[1].order}`, exact: true });
      if (quick) await heading.waitFor();
      await page.context().close();
      return quick;
    });
    noFaults(house);
  });
}

test("the keyboard and a double click do what they always did", async () => {
  const { id } = await newRoom();
  await fill(id);
  const page = await ready(await house.page(anna, `/chat?room=${id}`));
  await drawn(page, "нажимают сюда");
  await bubbles(page).last().focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await drawnInFull(page, "нужная");
  await page.keyboard.press("Escape");
  await viewer(page, "нужная").waitFor({ state: "detached" });
  await page.locator(".bs-row .bs-text").last().dblclick();
  const selected = await page.evaluate(() => `${getSelection()}`.trim());
  ok("нажимают сюда".split(" ").includes(selected), `"${selected}" is selected`);
  await page.context().close();
  noFaults(house);
});
