// Holds the pages to their size budgets: gzip, level 9, in kilobytes of 1000 bytes.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { emojiFile } from "./emoji.mjs";

const web = fileURLToPath(new URL("..", import.meta.url));
const gz = (bytes) => gzipSync(bytes, { level: 9 }).length / 1000;
const sum = (numbers) => numbers.reduce((all, one) => all + one, 0);

/** The bundle of one module, without what is `external`: its host brings it along, or it is loaded later. */
async function bundle(module, external) {
  const built = await build({
    root: web,
    configFile: false,
    logLevel: "error",
    build: {
      write: false,
      target: "es2023",
      minify: true,
      cssMinify: true,
      lib: { entry: `${web}${module}`, formats: ["es"], fileName: "bundle" },
      // A library keeps its white space and comments unless told otherwise; no page loads them.
      rolldownOptions: { external, output: { minify: true } },
    },
  });
  const outputs = [built].flat().flatMap(({ output }) => output);
  return sum(outputs.filter(({ type }) => type === "chunk").map(({ code }) => gz(code)));
}

/** Loaded when a file is sent, and where sockets are blocked. */
const later = [/\/stream\.ts$/, /\/request\.ts$/];
/** What parts of the kit that are loaded later find there already. */
const there = [/^react/, /^@beseda\/client/, /\/words\/index\.ts$/, /\/icons\.tsx$/];
/** Parts of the kit that are loaded when they are opened: a module each, and a chunk of the page's build. */
const parts = ["EmojiPanel", "LightboxStage", "LocationMap"];
const opened = parts.map((name) => new RegExp(`/${name}\\.tsx$`));

async function style() {
  const built = await build({
    root: web,
    configFile: false,
    logLevel: "error",
    build: {
      write: false,
      rolldownOptions: { input: `${web}packages/react/src/style/index.css` },
    },
  });
  const outputs = [built].flat().flatMap(({ output }) => output);
  return sum(
    outputs.filter(({ fileName }) => fileName.endsWith(".css")).map((one) => gz(one.source)),
  );
}

/** What a built page loads at once, by the ends of the names. */
function assets(end, app = "chat") {
  const folder = `${web}apps/${app}/dist/assets/`;
  const isLater = (name) => parts.some((part) => name.startsWith(`${part}-`));
  const names = readdirSync(folder).filter((name) => name.endsWith(end) && !isLater(name));
  if (names.length === 0) throw new Error(`no ${end} in ${folder}: run "npm run build" first`);
  const packed = end === ".woff2";
  return sum(
    names
      .map((name) => readFileSync(folder + name))
      .map((one) => (packed ? one.length / 1000 : gz(one))),
  );
}

const budgets = [
  ["client JS", await bundle("script/size/client.ts", later), 14],
  ["... where sockets are blocked", await bundle("packages/client/src/wires/stream.ts", []), 2],
  ["... of contract 4", await bundle("packages/client/src/order-rooms/index.ts", later), 12],
  [
    "react JS, with its list, without client and React",
    await bundle("packages/react/src/index.ts", [/^react/, /^@beseda\/client/, ...opened]),
    34,
  ],
  ["... emoji", await bundle("packages/react/src/emoji/EmojiPanel.tsx", there), 12],
  ["... pictures", await bundle("packages/react/src/lightbox/LightboxStage.tsx", there), 6],
  ["... a map", await bundle("packages/react/src/location/LocationMap.tsx", there), 48],
  ["react CSS", await style(), 8],
  ["page JS", assets(".js"), 150],
  ["page emoji in Russian", gz(JSON.stringify(emojiFile("ru"))), 100],
  ["page emoji in English", gz(JSON.stringify(emojiFile("en"))), 100],
  ["page CSS", assets(".css"), 12],
  ["console JS", assets(".js", "console"), 150],
  ["console CSS", assets(".css", "console"), 12],
  ["page fonts", assets(".woff2"), 50],
];
let over = 0;
for (const [name, size, budget] of budgets) {
  const bad = size > budget;
  if (bad) over += 1;
  console.log(
    `${bad ? "OVER" : "  ok"}  ${size.toFixed(1).padStart(6)} of ${String(budget).padStart(3)} kB  ${name}`,
  );
}
if (over > 0) {
  console.error(`${over} size budget(s) exceeded`);
  process.exit(1);
}
