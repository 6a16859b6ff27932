// A page with the client alone on it: `window.chat` is all that the tests touch.
import { createChat, native, orderRooms } from "@beseda/client";

const wish = new URLSearchParams(location.search);
const url = wish.get("through");
const person = wish.get("person");
const wire = wish.get("wire") === "order-rooms" ? orderRooms : native;

async function getToken() {
  const answer = await fetch(`/chat-token?person=${person}`);
  return (await answer.json()).access;
}

const chat = createChat({ url, getToken, wires: [wire] });
window.chat = chat;
window.sounds = [];
chat.onNews(({ text }) => window.sounds.push(text));
void chat.start();
