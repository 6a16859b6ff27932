// A shop's page with the kit on it: the people log in at the shop, and the shop gives the tokens.
import { ChatClient, ChatProvider, ChatWindow, systemPlatform, useObserved } from "@beseda/react";
import { createRoot } from "react-dom/client";
import "@beseda/react/style.css";

const { beseda, room } = document.body.dataset;

async function getToken({ reason }) {
  const answer = await fetch(`/chat-token?reason=${reason}`);
  if (answer.status === 401) return null;
  return (await answer.json()).access;
}

const client = new ChatClient(systemPlatform(beseda), { getToken });
// All that the session goes through, for the tests to look at.
window.states = [];
client.session.subscribe(() => window.states.push(client.session.getSnapshot().state));
void client.session.restore();

function Shop() {
  const { state } = useObserved(client.session);
  return state === "in" ? <ChatWindow roomId={Number(room)} /> : <p>{state}</p>;
}

createRoot(document.getElementById("shop")).render(
  <ChatProvider client={client} lang="ru">
    <Shop />
  </ChatProvider>,
);
