// Builds the packages as hosts install them: ES modules with their types, in packages/<name>/dist, ready for `npm pack`.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const web = fileURLToPath(new URL("..", import.meta.url));
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");

/** Where a module of `src` is after the build. */
const built = (file) => file.replace("./src/", "./").replace(/\.tsx?$/, ".js");

const entryOf = (file) =>
  file.endsWith(".css")
    ? built(file)
    : { types: built(file).replace(/\.js$/, ".d.ts"), default: built(file) };

/** The modules of one package; `paths` says where the types of its neighbours are. */
function compile(name, dist, paths) {
  const config = `${web}node_modules/.cache/pack-${name}.json`;
  mkdirSync(`${web}node_modules/.cache`, { recursive: true });
  const options = {
    noEmit: false,
    declaration: true,
    allowImportingTsExtensions: false,
    rewriteRelativeImportExtensions: true,
    rootDir: `${web}packages/${name}/src`,
    outDir: dist,
    paths,
  };
  const told = {
    extends: `${web}packages/${name}/tsconfig.json`,
    compilerOptions: { ...options, tsBuildInfoFile: null },
    include: [`${web}packages/${name}/src`],
  };
  writeFileSync(config, JSON.stringify(told));
  const ran = spawnSync(process.execPath, [tsc, "-p", config], { encoding: "utf8", cwd: web });
  if (ran.status !== 0) throw new Error(ran.stdout + ran.stderr);
  // The compiler leaves the names of sources in declarations.
  for (const file of readdirSync(dist, { recursive: true })) {
    if (!file.endsWith(".d.ts")) continue;
    const types = readFileSync(`${dist}/${file}`, "utf8");
    writeFileSync(
      `${dist}/${file}`,
      types.replace(/(["']\.{1,2}\/[^"']+)\.tsx?(["'])/g, "$1.js$2"),
    );
  }
}

/** One sheet of what `index.css` brings together. */
async function style(from, to) {
  const outputs = await build({
    root: web,
    configFile: false,
    logLevel: "error",
    build: { write: false, cssMinify: true, rolldownOptions: { input: from } },
  });
  const sheet = [outputs].flat().flatMap(({ output }) => output);
  writeFileSync(to, sheet.find(({ fileName }) => fileName.endsWith(".css")).source);
}

/** What is published says nothing of this workspace. */
function describe(name, dist) {
  const {
    private: _,
    exports,
    ...rest
  } = JSON.parse(readFileSync(`${web}packages/${name}/package.json`, "utf8"));
  const entries = Object.entries(exports).map(([path, file]) => [path, entryOf(file)]);
  if (exports["./style.css"]) entries.push(["./style.css", "./style.css"]);
  const told = { ...rest, exports: Object.fromEntries(entries) };
  writeFileSync(`${dist}/package.json`, `${JSON.stringify(told, null, 2)}\n`);
  cpSync(`${web}packages/${name}/README.md`, `${dist}/README.md`);
  cpSync(`${web}../LICENSE`, `${dist}/LICENSE`);
}

const client = `${web}packages/client/dist`;
const react = `${web}packages/react/dist`;
for (const dist of [client, react]) rmSync(dist, { recursive: true, force: true });
compile("client", client, {});
describe("client", client);
compile("react", react, {
  "@beseda/client": [`${client}/index.d.ts`],
  "@beseda/client/order-rooms": [`${client}/order-rooms/index.d.ts`],
});
await style(`${web}packages/react/src/style/index.css`, `${react}/style.css`);
describe("react", react);
console.log(`${client}\n${react}`);
