// Starts the page.
import "./fonts.css";
import "./page.css";
import "@beseda/react/style.css";
import { browserPlatform, createChat, keeping, native } from "@beseda/client";
import { ChatClient, ChatProvider } from "@beseda/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App.tsx";
import { applyTheme } from "./choices.ts";
import { serverOf } from "./server.ts";

applyTheme();
const platform = keeping(browserPlatform(serverOf(location.href)));
const client = new ChatClient(platform);
// Where the native API is not routed, contract 4 has all that this page shows.
const isNative = await native.isRouted(platform).catch(() => false);
const chat = isNative ? createChat({ platform, session: client.session }) : null;
const place = document.getElementById("page");
if (place) {
  createRoot(place).render(
    <StrictMode>
      <ChatProvider client={client} chat={chat}>
        <App />
      </ChatProvider>
    </StrictMode>,
  );
}
