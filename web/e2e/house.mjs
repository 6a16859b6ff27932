// A house for the browser tests: a real server on its own data, real browsers, and a clean end.
import { deepEqual, equal, ok } from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import { contextIn, demand, launch, lend } from "./browser.mjs";

const web = fileURLToPath(new URL("..", import.meta.url));
// The server takes every BESEDA_… for a setting, and refuses to start with one that it does not know.
const { BESEDA_BIN = "../target/debug/beseda", ...env } = process.env;
const binary = resolve(web, BESEDA_BIN);

/** Screenshots land here; the tests say where at their end. */
export const shots = process.env.E2E_SHOTS ?? join(tmpdir(), "beseda-shots");

/** Nothing here depends on how fast one may be; the limits have tests of their own. */
const UNLIMITED = {
  BESEDA_LIMITS_SENDS_PER_SECOND: "0",
  BESEDA_LIMITS_CONNECTS_PER_SECOND: "0",
  BESEDA_LIMITS_LOGINS_PER_MINUTE: "0",
  BESEDA_LIMITS_LOGINS_PER_MINUTE_ADDRESS: "0",
};

export const anna = {
  id: 1,
  username: "anna",
  email: "anna@shop.example",
  first_name: "Анна",
  last_name: "Петрова",
  role: "client",
  password: "лазурит-17",
};
export const boris = {
  id: 2,
  username: "boris",
  email: "boris@shop.example",
  first_name: "Борис",
  last_name: "Орлов",
  role: "expert",
  password: "бумага-42",
};

/** Orders 17, 18, … of Anna, done by Boris. */
export const orders = (count) =>
  Array.from({ length: count }, (_, index) => ({
    id: 17 + index,
    number: String(17 + index),
    client: anna.id,
    expert: boris.id,
  }));

/** Starts a server with these people, orders, classes and lines of settings. Call `end()` when done. */
export async function openHouse(wishes = {}) {
  const { people = [anna, boris], orders: seeded = orders(3), settings = "", groups = [] } = wishes;
  demand(existsSync(binary), `no server at ${binary}`, "cargo build -p beseda, or set BESEDA_BIN");
  for (const app of ["chat", "console"]) {
    const built = join(web, `apps/${app}/dist/index.html`);
    demand(existsSync(built), `no ${built}`, "npm run build --prefix web");
  }
  const folder = mkdtempSync(join(tmpdir(), "beseda-e2e-"));
  const seed = join(folder, "seed.json");
  const data = join(folder, "data");
  mkdirSync(data);
  writeFileSync(join(data, "beseda.toml"), settings, { mode: 0o600 });
  writeFileSync(seed, JSON.stringify({ people, orders: seeded, groups }));
  const seeding = spawnSync(binary, ["seed", "--new", "--data", data, seed], {
    encoding: "utf8",
    env,
  });
  ok(seeding.status === 0, `seed failed: ${seeding.stderr}${seeding.error ?? ""}`);
  const port = await freePort();
  const house = new House(folder, data, port);
  try {
    await house.start();
    house.browser = await launch();
  } catch (error) {
    await house.end();
    throw error;
  }
  return house;
}

class House {
  #folder;
  #data;
  #port;
  #server = null;
  #log = "";
  #tokens = new Map();
  #key = null;
  /** What went wrong in any page: script errors and breaches of the content policy. */
  faults = [];

  constructor(folder, data, port) {
    this.#folder = folder;
    this.#data = data;
    this.#port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  async start() {
    const args = ["serve", "--data", this.#data, "--listen", `127.0.0.1:${this.#port}`];
    const server = spawn(binary, args, {
      env: { ...env, ...UNLIMITED },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [server.stdout, server.stderr]) {
      stream.on("data", (bytes) => {
        this.#log = (this.#log + bytes).slice(-4000);
      });
    }
    this.#server = server;
    // A test run that is broken off leaves no server behind.
    const sweep = () => server.kill("SIGKILL");
    process.once("exit", sweep);
    server.once("exit", () => process.off("exit", sweep));
    await until(async () => {
      if (server.exitCode !== null) throw new Error(`the server ended: ${this.#log}`);
      const answer = await fetch(`${this.url}/readyz`).catch(() => null);
      return answer?.status === 200;
    }, "the server is ready");
  }

  /** Ends the server at once, as a power cut does. */
  async kill() {
    const server = this.#server;
    const gone = new Promise((done) => server.once("exit", done));
    server.kill("SIGKILL");
    await gone;
  }

  async end() {
    await this.browser?.close();
    if (this.#server.exitCode === null && this.#server.signalCode === null) await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** What lets a person in: by password, or without one by the host's word alone. */
  async tokens(person) {
    if (!this.#tokens.has(person.id)) {
      const { username: identifier, password } = person;
      const answer = password
        ? await this.call(null, "POST", "/login/", { identifier, password })
        : { access_token: this.run("token", "--person", `${person.id}`), refresh_token: "" };
      this.#tokens.set(person.id, answer);
    }
    return this.#tokens.get(person.id);
  }

  /** Calls the server as a person. */
  async call(person, method, path, body) {
    const headers = { "Content-Type": "application/json" };
    if (person) headers.Authorization = `Bearer ${(await this.tokens(person)).access_token}`;
    const answer = await fetch(this.url + path, {
      method,
      headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    ok(answer.ok, `${method} ${path}: ${answer.status} ${text.slice(0, 300)}`);
    return text ? JSON.parse(text) : null;
  }

  /** The room of an order. */
  roomOf(order) {
    return this.call(anna, "POST", "/api/chat/rooms/create_for_order/", { order_id: order });
  }

  write(person, room, message) {
    return this.call(person, "POST", "/api/chat/messages/", { room, message });
  }

  /** Writes with a file, as a person. */
  async attach(person, room, message, name, bytes) {
    const form = new FormData();
    form.set("room", `${room}`);
    form.set("message", message);
    form.set("file", new File([bytes], name));
    const { access_token } = await this.tokens(person);
    const headers = { Authorization: `Bearer ${access_token}` };
    const answer = await fetch(`${this.url}/api/chat/messages/`, {
      method: "POST",
      headers,
      body: form,
    });
    equal(answer.status, 201, await answer.text());
  }

  /** Says something in an order's room as the host application does. */
  announce(order, text) {
    return this.#asHost("POST", `rooms/order:${order}/system-messages/`, { text });
  }

  /** Deletes a person as the host application does. */
  forget(person) {
    return this.#asHost("DELETE", `people/${encodeURIComponent(person.id)}/`);
  }

  /** Calls the server as the host application, by its API key. */
  async #asHost(method, path, body) {
    this.#key ??= this.run("key", "create", "shop", "--scope", "people,rooms");
    const answer = await fetch(`${this.url}/api/v1/${path}`, {
      method,
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${this.#key}` },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.text()}`);
  }

  /** Runs one of the server's commands beside it, and gives what it prints. */
  run(...words) {
    const ran = spawnSync(binary, [...words, "--data", this.#data], { encoding: "utf8", env });
    ok(ran.status === 0, `${words.join(" ")}: ${ran.stderr}${ran.error ?? ""}`);
    return ran.stdout.trim();
  }

  async writeMany(room, count, textOf = (index) => `Сообщение ${index}`) {
    for (let index = 1; index <= count; index += 1) {
      await this.write(index % 3 ? boris : anna, room, textOf(index));
    }
  }

  /** All texts of a room, as the server keeps them. */
  async texts(room) {
    const messages = await this.call(anna, "GET", `/api/chat/rooms/${room}/messages/`);
    return messages.map(({ message }) => message);
  }

  /** A page of its own browser context, here or at a whole address, logged in as `person` unless that is null. */
  async page(person, path = "/chat", options = {}) {
    const { axe = false, ...wishes } = options;
    const context = await contextIn(this.browser, { bypassCSP: axe, ...wishes });
    if (person) {
      const told = await this.tokens(person);
      await lend(context, told.access_token, told.refresh_token);
    }
    const page = await context.newPage();
    page.on("pageerror", (error) => this.faults.push(`${error}`));
    page.on("console", (line) => {
      const { url, lineNumber, columnNumber } = line.location();
      const text = `${line.text()} (${page.url()}, said at ${url}:${lineNumber}:${columnNumber})`;
      // A picture that begins to load while its page goes away is a ping to Chromium, and asks `connect-src`. That is said of
      // the page; what a script connects to is said of the script.
      if (text.startsWith("Connecting to 'blob:") && !url.endsWith(".js")) return;
      if (/content security policy|\[Report Only\]/i.test(text)) this.faults.push(text);
      if (line.type() === "error" && /react|minified|invariant/i.test(text)) this.faults.push(text);
    });
    await page.goto(new URL(path, this.url).href);
    return page;
  }
}

async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** Waits until `holds` does; fails with what was waited for. */
export async function until(holds, what, patience = 15_000) {
  const end = Date.now() + patience;
  for (;;) {
    if (await holds()) return;
    if (Date.now() > end) throw new Error(`waited ${patience} ms for: ${what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

export const field = (page) => page.locator(".bs-window textarea.bs-field");
export const bubbles = (page) => page.locator(".bs-window .bs-row");
export const bubble = (page, text) => bubbles(page).filter({ hasText: text });

/** Chooses one of the words in a message's menu. */
export async function choose(page, text, word) {
  await bubble(page, text).locator(".bs-bubble").click({ button: "right" });
  await page.getByRole("menuitem", { name: word, exact: true }).click();
}

/** Waits until the room is whole and can be written to. */
export async function ready(page) {
  await page.locator(".bs-window .bs-field:enabled").waitFor();
  return page;
}

export async function say(page, text) {
  await page.locator(".bs-window .bs-field:enabled").waitFor();
  await field(page).fill(text);
  await field(page).press("Enter");
}

/** The texts on the page, from the first drawn row to the last. */
export function shownTexts(page) {
  return page.locator(".bs-window .bs-row .bs-text").allTextContents();
}

/** Fails when any page had a fault. */
export function noFaults(house) {
  ok(house.faults.length === 0, `faults in pages:\n${house.faults.join("\n")}`);
}

/** Fails when something on the page is not accessible. */
export async function noBreaches(page, what) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const told = violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`,
  );
  deepEqual(told, [], what);
}
