// The chat of a deal: one socket of Beseda's native API, and what it tells of one room.
const chat = document.querySelector("#chat");
const [title, card, list, problem, form] = ["h1", ".card", "ol", ".problem", "form"].map((name) => chat.querySelector(name));
const { beseda, room, me } = chat.dataset;
const messages = new Map(); // by number: what happens to a message is told under the number that it has
const unsent = new Map(); // by client id: said again after a lost link, and taken once
let cursor = null;
let pause = 500;

const token = async () => (await (await fetch("/chat-token")).json()).access;

async function connect() {
  const access = await token().catch(() => null);
  const socket = new WebSocket(`${beseda.replace("http", "ws")}/api/v1/ws`, "beseda.v1");
  const say = (frame) => socket.send(JSON.stringify(frame));
  const send = ([id, text]) => say({ type: "send", ref: id, client_id: id, room, text });
  socket.onopen = () => {
    say({ type: "hello", token: access });
    say({ type: "open", room, after: cursor });
  };
  socket.onmessage = async ({ data }) => {
    const frame = JSON.parse(data);
    if (frame.type === "changes") apply(frame);
    if (frame.type === "changes" && frame.live && pause > 0) [...unsent].forEach(send);
    if (frame.type === "changes" && frame.live) pause = 0;
    if (frame.type === "sent" || frame.type === "refused") unsent.delete(frame.ref);
    if (frame.type === "refused") problem.textContent = frame.detail;
    if (frame.type === "removed" && frame.room === room) location.reload();
    if (frame.type === "ping") say({ type: "pong" });
    if (frame.type === "expiring") say({ type: "hello", token: await token() });
  };
  socket.onclose = () => {
    pause = Math.min(pause * 2 || 500, 30_000);
    setTimeout(connect, pause * Math.random());
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    const said = [crypto.randomUUID(), form.elements.text.value];
    unsent.set(...said);
    if (socket.readyState === WebSocket.OPEN) send(said);
    form.reset();
  };
}

function apply(changes) {
  if (changes.reset) messages.clear();
  for (const message of changes.messages) messages.set(message.seq, message);
  cursor = changes.cursor;
  if (changes.about) {
    const { subject, can } = changes.about;
    title.textContent = changes.about.title;
    card.textContent = [subject.title, subject.status, ...subject.fields.map(({ label, value }) => `${label}: ${value}`)].join(" · ");
    form.hidden = !can.includes("send");
  }
  list.replaceChildren(...[...messages.values()].sort((a, b) => a.seq - b.seq).map(row));
}

function row(message) {
  const one = document.createElement("li");
  one.className = message.author?.id === me ? "mine" : message.kind;
  const said = message.erased_at ? "сообщение удалено" : message.text;
  one.textContent = message.author ? `${message.author.name}: ${said}` : said;
  return one;
}

connect();
