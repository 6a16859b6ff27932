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
const parts = ["EmojiPanel", "LightboxStage", "LocationMap", "SearchPane", "GroupChatModal"];
/** What the list, which is always there, has brought along. */
const kit = [...there, /\/(context|useRooms|titles|time|people|trouble|query)\.tsx?$/];
const opened = parts.map((name) => new RegExp(`/${name}\\.tsx$`));
/** The chunks of the page's build that come right after what can be used. */
const follows = ["Layers", "RoomMenu", "EmojiButton", "data", "sources"];
/** ... and right after the window that they belong to. */
const after = [/\/(Layers|RoomMenu|EmojiButton)\.tsx$/, /\/(emoji\/data|completion\/sources)\.ts$/];

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
function assets(end, folder = `${web}apps/chat/dist/assets/`) {
  const isLater = (name) => [...parts, ...follows].some((part) => name.startsWith(`${part}-`));
  const names = readdirSync(folder).filter((name) => name.endsWith(end) && !isLater(name));
  if (names.length === 0) throw new Error(`no ${end} in ${folder}: run "npm run build" first`);
  const packed = end === ".woff2";
  return sum(
    names
      .map((name) => readFileSync(folder + name))
      .map((one) => (packed ? one.length / 1000 : gz(one))),
  );
}

const widget = `${web}packages/widget/dist/`;

/** What a script of the widget's frame loads before it does anything, and itself. */
function loaded(name, seen = new Set()) {
  if (seen.has(name)) return seen;
  seen.add(name);
  const code = readFileSync(`${widget}assets/${name}`, "utf8");
  for (const [, other] of code.matchAll(/(?:from|import)\s*[`"']\.\/([^`"']+)[`"']/g))
    loaded(other, seen);
  return seen;
}

/** The scripts of the widget's frame that are there once these are shown. */
function frame(...parts) {
  const names = readdirSync(`${widget}assets/`);
  const all = parts.map((part) => names.find((name) => name.startsWith(`${part}-`)));
  const seen = new Set(all.flatMap((name) => [...loaded(name)]));
  return sum([...seen].map((name) => gz(readFileSync(`${widget}assets/${name}`))));
}

const budgets = [
  ["client JS", await bundle("script/size/client.ts", later), 14],
  ["... where sockets are blocked", await bundle("packages/client/src/wires/stream.ts", []), 2],
  ["... of contract 4", await bundle("packages/client/src/order-rooms/index.ts", later), 12],
  [
    "react JS, with its list, without client and React",
    await bundle("packages/react/src/index.ts", [
      /^react/,
      /^@beseda\/client/,
      ...opened,
      ...after,
    ]),
    34,
  ],
  [
    "... what opens over a thread",
    await bundle("packages/react/src/Layers.tsx", [/^react/, /^@beseda\/client/, ...opened]),
    12,
  ],
  ["... emoji", await bundle("packages/react/src/emoji/EmojiPanel.tsx", there), 12],
  ["... pictures", await bundle("packages/react/src/lightbox/LightboxStage.tsx", there), 6],
  ["... a map", await bundle("packages/react/src/location/LocationMap.tsx", there), 48],
  ["... a search", await bundle("packages/react/src/search/SearchPane.tsx", kit), 4],
  ["... a new group", await bundle("packages/react/src/GroupChatModal.tsx", kit), 4],
  ["react CSS", await style(), 8],
  ["page JS", assets(".js"), 150],
  ["page emoji in Russian", gz(JSON.stringify(emojiFile("ru"))), 100],
  ["page emoji in English", gz(JSON.stringify(emojiFile("en"))), 100],
  ["page CSS", assets(".css"), 12],
  ["console JS", assets(".js", `${web}apps/console/dist/assets/`), 150],
  ["console CSS", assets(".css", `${web}apps/console/dist/assets/`), 12],
  ["page fonts", assets(".woff2"), 50],
  ["widget loader", gz(readFileSync(`${widget}widget.js`)), 4],
  ["... what it loads when opened", gz(readFileSync(`${widget}panel.js`)), 5],
  ["widget JS of a room, with client and Preact", frame("main", "ru"), 31],
  ["... more for the form of a stranger", frame("main", "Stranger") - frame("main"), 4],
  ["widget CSS", assets(".css", `${widget}assets/`), 6],
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
