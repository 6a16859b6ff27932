// The packages as a host has them: packed, installed into an empty folder, imported, and their types believed.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const web = fileURLToPath(new URL("..", import.meta.url));
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const folder = mkdtempSync(join(tmpdir(), "beseda-pack-"));

function run(command, words, cwd) {
  const ran = spawnSync(command, words, { cwd, encoding: "utf8" });
  if (ran.status !== 0)
    throw new Error(`${command} ${words.join(" ")}: ${ran.stdout}${ran.stderr}`);
  return ran.stdout;
}

/** Puts a package there as this workspace has it. */
function lend(name) {
  cpSync(`${web}node_modules/${name}`, join(folder, "node_modules", name), { recursive: true });
}

beforeAll(() => {
  run(process.execPath, [`${web}script/pack.mjs`], web);
  const packed = ["client", "react"].map((name) => {
    const told = run(
      "npm",
      ["pack", "--json", "--pack-destination", folder],
      `${web}packages/${name}/dist`,
    );
    return [name, JSON.parse(told)[0]];
  });
  const dependencies = Object.fromEntries(
    packed.map(([name, { filename }]) => [`@beseda/${name}`, `file:./${filename}`]),
  );
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ name: "host", private: true, type: "module", dependencies }),
  );
  // What the kit builds on is here already: nothing is asked of a registry.
  for (const name of ["frimousse", "leaflet", "virtua"]) lend(name);
  run("npm", ["install", "--offline", "--no-audit", "--no-fund", "--legacy-peer-deps"], folder);
  for (const name of ["react", "react-dom", "scheduler", "@types/react", "csstype"]) lend(name);
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("they are imported, and say what they are", () => {
  const script = `
    import { createChat, chatApi, native } from "@beseda/client";
    import { ChatClient } from "@beseda/client/order-rooms";
    import { ChatWindow, useWebSocket } from "@beseda/react";
    const chat = createChat({ url: "https://chat.example" });
    console.log([typeof chat.start, typeof chatApi.getRooms, typeof ChatClient, typeof ChatWindow,
      typeof useWebSocket, typeof native.make].join());`;
  writeFileSync(join(folder, "host.js"), script);
  const told = run(process.execPath, ["host.js"], folder).trim();
  expect(told).toBe("function,function,function,function,function,function");
}, 60_000);

test.each(["client", "react"])("%s has a licence, a page to read, and no side effects", (name) => {
  const at = (file) => readFileSync(join(folder, "node_modules/@beseda", name, file), "utf8");
  const told = JSON.parse(at("package.json"));
  expect(told.private).toBeUndefined();
  expect(told.sideEffects).toEqual(name === "client" ? false : ["**/*.css"]);
  expect(at("README.md")).toContain(`# @beseda/${name}`);
  expect(at("LICENSE").length).toBeGreaterThan(100);
});

test.each(["NodeNext", "Bundler"])(
  "their types are found by %s",
  (moduleResolution) => {
    const host = `
    import { createChat, type Message } from "@beseda/client";
    import { chatApi, type Room } from "@beseda/client/order-rooms";
    import { ChatWindow } from "@beseda/react";
    const chat = createChat({ getToken: async () => "token" });
    const texts: string[] = chat.room("order:17").getSnapshot().messages.map(({ text }: Message) => text);
    const rooms: Promise<Room[]> = chatApi.getRooms();
    // @ts-expect-error a room's key is a text
    chat.room(17);
    export { ChatWindow, rooms, texts };`;
    writeFileSync(join(folder, "host.ts"), host);
    const module = moduleResolution === "NodeNext" ? "NodeNext" : "ESNext";
    const words = ["--noEmit", "--strict", "--target", "ES2023"];
    const how = ["--module", module, "--moduleResolution", moduleResolution, "--jsx", "react-jsx"];
    expect(run(process.execPath, [tsc, ...words, ...how, "host.ts"], folder)).toBe("");
  },
  60_000,
);
