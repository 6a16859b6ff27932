// People in real browsers through proxies that fail, over each wire of E2E_WIRES, also where no socket comes through; and
// one with eight tabs.
// E2E_SECONDS of traffic (120), E2E_SEED for the same failures again.
import { deepEqual, equal } from "node:assert/strict";
import { after, before, test } from "node:test";
import { contextIn } from "./browser.mjs";
import { openFaulty } from "./faulty.mjs";
import { anna, boris, openHouse, orders, until } from "./house.mjs";
import { openShop } from "./shop.mjs";

const seconds = Number(process.env.E2E_SECONDS ?? 120);
const seed = Number(process.env.E2E_SEED ?? Date.now() % 100_000);
const wires = (process.env.E2E_WIRES ?? "native").split(",");
/** What is waited for has come by then, also on a machine that does much besides, in milliseconds. */
const PATIENCE = 90_000;
/** What each wire calls the room of the order. */
const keys = { native: "order:17" };
let house;
let shop;
/** The way of most; one through which no sockets come, and one through which streams do not come either. */
let proxy;
let narrow;
let narrowest;

/** Numbers between 0 and 1 that are the same for every run with the same seed. */
function seeded(state) {
  let next = state >>> 0;
  return () => {
    next = (Math.imul(next, 1_664_525) + 1_013_904_223) >>> 0;
    return next / 2 ** 32;
  };
}
const random = seeded(seed);
const pick = (all) => all[Math.floor(random() * all.length)];

before(async () => {
  shop = await openShop("links.js", [anna, boris]);
  house = await openHouse({ settings: shop.settings, orders: orders(1) });
  const port = Number(new URL(house.url).port);
  [proxy, narrow, narrowest] = await Promise.all([1, 2, 3].map(() => openFaulty(port, random)));
  narrow.isBlocked = true;
  Object.assign(narrowest, { isBlocked: true, holdsStreams: true });
  keys["order-rooms"] = `${(await house.roomOf(17)).id}`;
});

after(async () => {
  for (const one of [proxy, narrow, narrowest]) await one?.end();
  await house?.end();
  shop?.end();
});

/** A tab of somebody's browser, in the room. */
class Seat {
  constructor(context, person, wire) {
    Object.assign(this, { context, person, wire, key: keys[wire], ways: new Set(), written: [] });
  }

  /** In a browser of its own, unless one is shared. */
  static async take(person, wire, through = proxy, context = null) {
    const seat = new Seat(context ?? (await contextIn(house.browser)), person, wire);
    seat.page = await seat.context.newPage();
    const wish = new URLSearchParams({ person: person.id, wire, through: through.url });
    await seat.page.goto(`${shop.url}/?${wish}`);
    await seat.sit();
    return seat;
  }

  async sit() {
    await this.page.waitForFunction(() => window.chat?.isIn);
    await this.page.evaluate((key) => void window.chat.room(key).hold(), this.key);
  }

  seen() {
    return this.page.evaluate((key) => {
      const { messages, unsent, live } = window.chat.room(key).getSnapshot();
      const { by } = window.chat.link.getSnapshot();
      return { texts: messages.map(({ text }) => text), unsent: unsent.length, live, by };
    }, this.key);
  }

  async write(text) {
    this.written.push(text);
    const by = await this.page.evaluate(
      ([key, text]) => {
        window.chat.room(key).send(text);
        return window.chat.link.getSnapshot().by;
      },
      [this.key, text],
    );
    this.ways.add(by);
  }

  /** Says something of its newest messages otherwise; that may fail. */
  edit() {
    const some = this.written.slice(-3);
    return this.page.evaluate(
      ([key, some]) => {
        const room = window.chat.room(key);
        const { messages } = room.getSnapshot();
        const one = messages.findLast(({ text }) => some.includes(text));
        if (one) room.edit(one.seq, `${one.text}+`).catch(() => undefined);
      },
      [this.key, some],
    );
  }

  badge() {
    return this.page.evaluate(() => window.chat.rooms.getSnapshot().unread.messages);
  }
}

/** What the server has, from before any proxy. */
async function kept() {
  const texts = [];
  for (let after = 0; ; ) {
    const path = `/api/v1/rooms/order%3A17/messages/?after=${after}&limit=200`;
    const { items, has_after } = await house.call(anna, "GET", path);
    texts.push(...items.map(({ text }) => text));
    if (!has_after) return texts;
    after = items.at(-1).seq;
  }
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

const FAILURES = {
  cut: (one) => one.cut(),
  silence: (one) => one.silence(),
  slow(one) {
    one.slowest = one.slowest > 0 ? 0 : 1_200;
  },
  twice(one) {
    one.twice = one.twice > 0 ? 0 : 0.5;
  },
  async down(one) {
    one.isDown = true;
    one.cut();
    await pause(3_000);
    one.isDown = false;
  },
  async restart() {
    await house.kill();
    await house.start();
  },
};

const patience = { timeout: seconds * 1000 + 200_000 };

test(
  `every message once, in one order, for everybody and on the server (seed ${seed})`,
  patience,
  async () => {
    const seats = [];
    for (const wire of wires)
      for (const person of [anna, boris]) seats.push(await Seat.take(person, wire));
    for (const one of wires.includes("native") ? [narrow, narrowest] : []) {
      const seat = await Seat.take(boris, "native", one);
      seats.push(seat);
    }
    const failed = {};
    const end = Date.now() + seconds * 1000;
    for (let turn = 0; Date.now() < end; turn += 1) {
      const index = Math.floor(random() * seats.length);
      const seat = seats[index];
      await seat.write(`${index}: ${turn}`);
      if (random() < 0.1) void seat.edit();
      if (random() < 0.08) {
        const name = pick(Object.keys(FAILURES));
        failed[name] = (failed[name] ?? 0) + 1;
        await FAILURES[name](pick([proxy, proxy, proxy, narrow, narrowest]));
      }
      await pause(random() * 400);
    }
    for (const one of [proxy, narrow, narrowest]) Object.assign(one, { slowest: 0, twice: 0 });
    let texts = [];
    let states = [];
    const isAlike = async () => {
      const all = await Promise.all(seats.map((seat) => seat.seen()));
      texts = await kept();
      states = all.map(({ texts: shown, ...state }) => {
        const kept = texts.slice(-shown.length);
        const at = shown.findIndex((text, index) => text !== kept[index]);
        const odd = at < 0 ? null : [shown.length - at, shown[at], kept[at]];
        return { ...state, shown: shown.length, odd };
      });
      return states.every(({ unsent, live, odd }) => live && unsent === 0 && odd === null);
    };
    await until(isAlike, "everybody has sent everything, and sees the same", PATIENCE).catch(
      (error) => {
        throw new Error(`${error.message}: ${JSON.stringify(states)}`);
      },
    );
    const ways = new Set(seats.flatMap((seat) => [...seat.ways]));
    if (wires.includes("native")) deepEqual([...ways].sort(), ["poll", "socket", "stream"]);
    const after = `after ${JSON.stringify([failed, proxy.done, narrow.done, narrowest.done])}`;
    console.log(`${texts.length} messages ${after}`);
    const plain = texts.map((text) => text.replaceAll("+", ""));
    equal(new Set(plain).size, plain.length, `none twice, ${after}`);
    for (const [index, { written }] of seats.entries()) {
      const of = plain.filter((text) => text.startsWith(`${index}: `));
      deepEqual(
        of,
        written,
        `all of seat ${index}, in the order in which it was written, ${after}`,
      );
    }
    equal(
      plain.length,
      seats.reduce((sum, { written }) => sum + written.length, 0),
    );
    for (const seat of seats) {
      const { texts: shown } = await seat.seen();
      equal(shown.length >= Math.min(50, texts.length), true);
      await seat.context.close();
    }
  },
);

test("five written offline, the page reloaded, the server restarted: all five once, in order", async () => {
  const before = (await kept()).length;
  const seats = await Promise.all(wires.map((wire) => Seat.take(anna, wire)));
  for (const seat of seats) await until(async () => (await seat.seen()).live, "the room is whole");
  proxy.isDown = true;
  proxy.cut();
  for (const [index, seat] of seats.entries()) {
    for (const word of ["раз", "два", "три", "четыре", "пять"])
      await seat.write(`${word} ${index}`);
    await until(async () => (await seat.seen()).unsent === 5, "all five wait");
  }
  await house.kill();
  await house.start();
  await Promise.all(seats.map(({ page }) => page.reload()));
  proxy.isDown = false;
  const isThere = async () => (await kept()).length === before + 5 * seats.length;
  await until(isThere, "all five are there", PATIENCE);
  const texts = (await kept()).slice(before);
  for (const [index, { context, written }] of seats.entries()) {
    deepEqual(
      texts.filter((text) => text.endsWith(` ${index}`)),
      written,
    );
    await context.close();
  }
});

test("eight tabs have one link, make one sound and count alike", async () => {
  const context = await contextIn(house.browser);
  const [wire] = wires;
  const tabs = [];
  for (let tab = 0; tab < 8; tab += 1) tabs.push(await Seat.take(anna, wire, proxy, context));
  const all = (ask) => Promise.all(tabs.map(({ page }) => page.evaluate(ask)));
  const loaded = () => all(() => window.chat.rooms.getSnapshot().loaded);
  await until(async () => (await loaded()).every(Boolean), "all have the list");
  const leads = await all(() => window.chat.leads);
  equal(leads.filter(Boolean).length, 1);
  await until(async () => proxy.sockets === 1, "one socket carries all of them");
  const first = await tabs[0].badge();
  await house.write(boris, (await house.roomOf(17)).id, "динь");
  await until(async () => {
    const badges = await Promise.all(tabs.map((tab) => tab.badge()));
    return badges.every((one) => one === first + 1);
  }, "all count alike");
  const sounds = await all(() => window.sounds);
  equal(sounds.flat().filter((text) => text === "динь").length, 1);
  const [leader] = tabs.splice(leads.indexOf(true), 1);
  await leader.page.close();
  const leading = () => all(() => window.chat.leads);
  await until(
    async () => (await leading()).filter(Boolean).length === 1,
    "another takes its place",
  );
  await until(async () => proxy.sockets === 1, "over one socket");
  await context.close();
});
