// Starts the page.
import "./fonts.css";
import "./page.css";
import "@beseda/react/style.css";
import { ChatClient, ChatProvider, systemPlatform } from "@beseda/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App.tsx";
import { applyTheme } from "./choices.ts";
import { serverOf } from "./server.ts";

applyTheme();
const client = new ChatClient(systemPlatform(serverOf(location.href)));
const place = document.getElementById("page");
if (place) {
  createRoot(place).render(
    <StrictMode>
      <ChatProvider client={client}>
        <App />
      </ChatProvider>
    </StrictMode>,
  );
}
