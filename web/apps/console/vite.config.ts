// Builds the page that the server embeds: hashed assets in `assets/` and emoji in `emoji/` beside it, nothing inline.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { emojiBesidePage } from "../../script/emoji.mjs";

const server = "http://127.0.0.1:8000";

export default defineConfig({
  root: new URL(".", import.meta.url).pathname,
  // Everything is found beside the page: a proxy may show it under any path.
  base: "./",
  plugins: [react(), emojiBesidePage()],
  build: {
    target: "es2023",
    // The server's policy allows neither inline scripts nor data: fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
  },
  server: {
    proxy: {
      "/api": server,
      "/login": server,
      "/logout": server,
      "/ws": { target: server, ws: true },
    },
  },
});
