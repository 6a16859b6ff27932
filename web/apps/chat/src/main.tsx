// Starts the page.
import "./fonts.css";
import "./page.css";
import "@beseda/react/style.css";
import {
  AccountSession,
  browserPlatform,
  createChat,
  keeping,
  native,
  orderRooms,
} from "@beseda/client";
import { ChatProvider } from "@beseda/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App.tsx";
import { applyTheme } from "./choices.ts";
import { serverOf } from "./server.ts";

applyTheme();
const platform = keeping(browserPlatform(serverOf(location.href)));
const session = new AccountSession(platform);
// Where the native API is not routed, contract 4 has what a chat needs.
const chat = createChat({ platform, session, wires: [native, orderRooms] });
// Beside the folder that this script is in, wherever a proxy shows it.
const here = import.meta.url;
const emojiUrl = new URL("../emoji", here).href;
const place = document.getElementById("page");
if (place) {
  createRoot(place).render(
    <StrictMode>
      <ChatProvider chat={chat} emojiUrl={emojiUrl}>
        <App session={session} />
      </ChatProvider>
    </StrictMode>,
  );
}
