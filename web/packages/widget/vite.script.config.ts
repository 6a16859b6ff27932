// Builds a classic script beside what `vite.config.ts` has built: the loader, or the panel that it brings in later.
import { defineConfig } from "vite";

const root = new URL(".", import.meta.url).pathname;
export default defineConfig(({ mode }) => ({
  root,
  build: {
    target: "es2022",
    emptyOutDir: false,
    lib: {
      entry: `${root}src/${mode}/main.ts`,
      name: "beseda",
      formats: ["iife"],
      fileName: () => (mode === "loader" ? "widget.js" : "panel.js"),
    },
    rolldownOptions: { output: { minify: true } },
  },
}));
