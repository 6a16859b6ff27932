// Two people in real browsers through a proxy that fails, and one with eight tabs; over each wire of E2E_WIRES.
// E2E_SECONDS of traffic (60), E2E_SEED for the same failures again.
import { deepEqual, equal } from "node:assert/strict";
import { after, before, test } from "node:test";
import { contextIn } from "./browser.mjs";
import { openFaulty } from "./faulty.mjs";
import { anna, boris, openHouse, orders, until } from "./house.mjs";
import { openShop } from "./shop.mjs";

const seconds = Number(process.env.E2E_SECONDS ?? 60);
const seed = Number(process.env.E2E_SEED ?? Date.now() % 100_000);
const wires = (process.env.E2E_WIRES ?? "order-rooms").split(",");
/** What each wire calls the room of the order. */
const keys = { native: "order:17" };
let house;
let shop;
let proxy;

/** Numbers between 0 and 1 that are the same for every run with the same seed. */
function seeded(state) {
  let next = state >>> 0;
  return () => {
    next = (Math.imul(next, 1_664_525) + 1_013_904_223) >>> 0;
    return next / 2 ** 32;
  };
}
const random = seeded(seed);

before(async () => {
  shop = await openShop("links.js", [anna, boris]);
  house = await openHouse({ settings: shop.settings, orders: orders(1) });
  proxy = await openFaulty(Number(new URL(house.url).port), random);
  shop.beseda = proxy.url;
  keys["order-rooms"] = `${(await house.roomOf(17)).id}`;
});

after(async () => {
  await proxy?.end();
  await house?.end();
  shop?.end();
});

/** A tab of somebody's browser, in the room. */
async function sit(context, person, wire) {
  const page = await context.newPage();
  await page.goto(`${shop.url}/?person=${person.id}&wire=${wire}`);
  await page.waitForFunction(() => window.chat?.isIn);
  await page.evaluate((key) => void window.chat.room(key).hold(), keys[wire]);
  return page;
}

const seen = (page, wire) =>
  page.evaluate((key) => {
    const { messages, unsent, live } = window.chat.room(key).getSnapshot();
    return { texts: messages.map(({ text }) => text), unsent: unsent.length, live };
  }, keys[wire]);

const write = (page, wire, text) =>
  page.evaluate(([key, text]) => void window.chat.room(key).send(text), [keys[wire], text]);

const badge = (page) => page.evaluate(() => window.chat.rooms.getSnapshot().unread.messages);

/** What the server has, from before any proxy. */
async function kept() {
  const { id } = await house.roomOf(17);
  return house.texts(id);
}

const FAILURES = [
  () => proxy.cut(),
  () => proxy.silence(),
  () => {
    proxy.slowest = proxy.slowest > 0 ? 0 : 1_200;
  },
  () => {
    proxy.twice = proxy.twice > 0 ? 0 : 0.5;
  },
  async () => {
    proxy.isDown = true;
    proxy.cut();
    await new Promise((done) => setTimeout(done, 3_000));
    proxy.isDown = false;
  },
];

for (const wire of wires) {
  test(`${wire}: every message once, in one order, on both and on the server (seed ${seed})`, async () => {
    const people = [anna, boris];
    const contexts = await Promise.all(people.map(() => contextIn(house.browser)));
    const pages = await Promise.all(
      people.map((person, index) => sit(contexts[index], person, wire)),
    );
    const before = (await kept()).length;
    const written = [];
    const end = Date.now() + seconds * 1000;
    for (let turn = 0; Date.now() < end; turn += 1) {
      const index = random() < 0.5 ? 0 : 1;
      const text = `${people[index].first_name} ${turn}`;
      await write(pages[index], wire, text);
      written.push(text);
      if (random() < 0.08) await FAILURES[Math.floor(random() * FAILURES.length)]();
      await new Promise((done) => setTimeout(done, random() * 400));
    }
    Object.assign(proxy, { slowest: 0, twice: 0, isDown: false });
    await until(
      async () => {
        const all = await Promise.all(pages.map((page) => seen(page, wire)));
        const isQuiet = all.every(({ unsent, live }) => live && !unsent);
        const ends = new Set([...all.map(({ texts }) => texts.at(-1)), (await kept()).at(-1)]);
        return isQuiet && ends.size === 1;
      },
      "everything is sent and heard",
      60_000,
    );
    const texts = await kept();
    const mine = texts.slice(before);
    deepEqual(
      [...texts].sort(),
      [...written].sort(),
      `all once, after ${JSON.stringify(proxy.done)}`,
    );
    for (const page of pages) {
      const { texts: shown } = await seen(page, wire);
      deepEqual(shown, texts.slice(-shown.length));
    }
    for (const { first_name } of people) {
      const of = (all) => all.filter((text) => text.startsWith(first_name));
      deepEqual(of(mine), of(written), "each in the order in which it was written");
    }
    await Promise.all(contexts.map((context) => context.close()));
  });

  test(`${wire}: five written offline, the page reloaded, the server restarted: all five once, in order`, async () => {
    const context = await contextIn(house.browser);
    const page = await sit(context, anna, wire);
    await until(async () => (await seen(page, wire)).live, "the room is whole");
    const before = (await kept()).length;
    proxy.isDown = true;
    proxy.cut();
    const five = ["раз", "два", "три", "четыре", "пять"];
    for (const text of five) await write(page, wire, text);
    await until(async () => (await seen(page, wire)).unsent === 5, "all five wait");
    await house.kill();
    await house.start();
    proxy.isDown = false;
    await page.reload();
    await until(async () => (await kept()).length === before + 5, "all five are there", 60_000);
    deepEqual((await kept()).slice(before), five);
    await context.close();
  });

  test(`${wire}: eight tabs have one link, make one sound and count alike`, async () => {
    const context = await contextIn(house.browser);
    const tabs = [];
    for (let tab = 0; tab < 8; tab += 1) tabs.push(await sit(context, anna, wire));
    const loaded = (page) => page.evaluate(() => window.chat.rooms.getSnapshot().loaded);
    await until(
      async () => (await Promise.all(tabs.map(loaded))).every(Boolean),
      "all have the list",
    );
    const leads = await Promise.all(tabs.map((page) => page.evaluate(() => window.chat.leads)));
    equal(leads.filter(Boolean).length, 1);
    const first = await badge(tabs[0]);
    await house.write(boris, (await house.roomOf(17)).id, "динь");
    await until(async () => {
      const badges = await Promise.all(tabs.map(badge));
      return badges.every((one) => one === first + 1);
    }, "all count alike");
    const sounds = await Promise.all(tabs.map((page) => page.evaluate(() => window.sounds)));
    equal(sounds.flat().filter((text) => text === "динь").length, 1);
    const leader = tabs[leads.indexOf(true)];
    await leader.close();
    await until(async () => {
      const rest = tabs.filter((page) => page !== leader);
      const leading = await Promise.all(rest.map((page) => page.evaluate(() => window.chat.leads)));
      return leading.filter(Boolean).length === 1;
    }, "another takes its place");
    await context.close();
  });
}
