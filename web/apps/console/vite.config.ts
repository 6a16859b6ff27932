// Builds the console that the server embeds, as the chat page is built.
import { defineConfig } from "vite";
import page from "../chat/vite.config.ts";

export default defineConfig({ ...page, root: new URL(".", import.meta.url).pathname });
