// Starts the console.
import "@beseda/pages/fonts.css";
import "@beseda/pages/page.css";
import "./console.css";
import "@beseda/react/style.css";
import { AccountSession, browserPlatform, createChat, keeping, native } from "@beseda/client";
import { deskCalls, withCases } from "@beseda/client/desk";
import { applyTheme, serverOf } from "@beseda/pages";
import { ChatProvider } from "@beseda/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App.tsx";
import { DeskContext } from "./desk.ts";
import { People } from "./people.ts";
import { Queue } from "./queue.ts";

applyTheme();
const platform = keeping(browserPlatform(serverOf(location.href, "/admin/chat")));
const session = new AccountSession(platform);
const calls = deskCalls(session);
const queue = new Queue(calls);
const chat = createChat({
  platform,
  session,
  wires: [withCases(native, (news) => queue.hear(news))],
});
const desk = { calls, queue, people: new People(calls) };
const place = document.getElementById("page");
if (place) {
  createRoot(place).render(
    <StrictMode>
      <ChatProvider chat={chat}>
        <DeskContext value={desk}>
          <App session={session} />
        </DeskContext>
      </ChatProvider>
    </StrictMode>,
  );
}
