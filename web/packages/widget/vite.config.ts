// Builds the page that is shown in the frame: hashed assets in `assets/` beside it, nothing inline.
import { defineConfig, type Plugin } from "vite";

const root = new URL(".", import.meta.url).pathname;

const html = (script: string, style: string) => `<!doctype html>
<html lang="ru">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
    <meta name="color-scheme" content="light dark" />
    <meta name="robots" content="noindex" />
    <title>Beseda</title>
    <link rel="stylesheet" href="./${style}" />
  </head>
  <body>
    <main id="widget"></main>
    <script type="module" src="./${script}"></script>
  </body>
</html>
`;

/**
 * Writes the page around what was built. From a page of its own, Vite would build one that brings along how its parts
 * are loaded early, which is worth less here than it weighs.
 */
const page: Plugin = {
  name: "page",
  enforce: "post",
  generateBundle(_, bundle) {
    const named = (end: RegExp) => Object.keys(bundle).find((name) => end.test(name)) ?? "";
    const source = html(named(/\/main-.*\.js$/), named(/\.css$/));
    this.emitFile({ type: "asset", fileName: "index.html", source });
  },
};

export default defineConfig({
  root,
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [page],
  build: {
    target: "es2023",
    lib: { entry: `${root}src/app/main.tsx`, formats: ["es"] },
    rolldownOptions: {
      // Whatever its parts share stands in it: nobody imports it from elsewhere.
      preserveEntrySignatures: "allow-extension",
      output: {
        minify: true,
        entryFileNames: "assets/main-[hash].js",
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
      },
    },
  },
});
