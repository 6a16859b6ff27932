// Starts the page.
import "@beseda/pages/fonts.css";
import "@beseda/pages/page.css";
import "@beseda/react/style.css";
import {
  AccountSession,
  browserPlatform,
  createChat,
  keeping,
  native,
  orderRooms,
} from "@beseda/client";
import { applyTheme, serverOf } from "@beseda/pages";
import { ChatProvider } from "@beseda/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App.tsx";

applyTheme();
const platform = keeping(browserPlatform(serverOf(location.href, "/chat")));
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
