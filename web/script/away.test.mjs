// A client that was away while very much happened in a room: it catches up with all of it, in order, and keeps no more
// than it shows. AWAY_CHANGES says how much that is.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { createChat } from "../packages/client/src/index.ts";

const CHANGES = Number(process.env.AWAY_CHANGES ?? 1_000_000);
const ROOM = "deal:17";
/** Messages that the client knew before, and those that a server tells in one piece. */
const KNOWN = 50;
const PAGE = 50;
/** Every fifth message is edited so many changes later: it is told where it was edited, and stands where it was sent. */
const LATER = 1_004;
/** What a page may have besides, in bytes: what changes with every run. */
const SLACK = 8_000_000;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");

const person = { id: "2", name: "Борис", first_name: "Борис", last_name: "", avatar_url: null };

const message = (seq, sent, head) => ({
  room: ROOM,
  seq,
  head,
  sent,
  author: person,
  kind: "text",
  text: head === sent ? `Сообщение ${seq}` : `Сообщение ${seq}, исправлено`,
  files: [],
  reply_to: null,
  mentions: [],
  reactions: [],
  pinned: null,
  custom: null,
  created_at: "2026-03-12T09:00:00.000000Z",
  edited_at: head === sent ? null : "2026-03-12T09:00:01.000000Z",
  erased_at: null,
  client_id: null,
});

const isEdit = (at) => at >= LATER && at % 5 === LATER % 5;
const editsUpTo = (at) => (at < LATER ? 0 : Math.floor((at - LATER) / 5) + 1);
const seqAt = (at) => KNOWN + at + 1 - editsUpTo(at);
const headAt = (at) => KNOWN + at + 1;

/** What a change that happened then is told as, when all of them have happened. */
function toldOf(at) {
  if (isEdit(at)) return message(seqAt(at - LATER), headAt(at - LATER), headAt(at));
  const isToldLater = at % 5 === 0 && at + LATER < CHANGES;
  return isToldLater ? null : message(seqAt(at), headAt(at), headAt(at));
}

const NEWEST = seqAt(CHANGES - 1);
const ME = { role: "member", read_seq: 0, delivered_seq: 0, mentions: 0, unread_from: null };
const VIEW = { muted_until: null, pinned: false, archived: false };
const meWith = (unread) => ({ ...ME, ...VIEW, unread });

function about(head, seq, last_message) {
  const at = { head, cursor: `1-${head}-0`, seq, last_message, me: meWith(seq) };
  return { key: ROOM, kind: "deal", title: "Сделка", created_at: "2026-03-12T09:00:00Z", ...at };
}

function* pages() {
  let messages = [];
  const page = (at, me) => {
    const more = me === null;
    const present = { head: headAt(CHANGES - 1), seq: NEWEST, cursor: `1-${headAt(at)}-0` };
    const rest = { about: null, members: null, receipts: [], reset: false };
    return { type: "changes", room: ROOM, ...present, ...rest, me, messages, more, live: !more };
  };
  for (let at = 0; at < CHANGES; at += 1) {
    const told = toldOf(at);
    if (told) messages.push(told);
    if (at === CHANGES - 1) yield page(at, meWith(NEWEST));
    else if (messages.length === PAGE) {
      yield page(at, null);
      messages = [];
    }
  }
}

const turn = () => new Promise((done) => setImmediate(done));

/** The server's end of one socket; `wasHere`: the client comes back. */
class Line {
  constructor(wasHere) {
    this.wasHere = wasHere;
    this.isCaughtUp = false;
    setImmediate(() => this.onopen());
  }

  tell(frame) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  send(text) {
    const { type, ref, after } = JSON.parse(text);
    setImmediate(() => {
      if (type === "hello") this.#greet();
      if (type === "open" && after) void this.#catchUp();
      if (type === "open" && !after) this.tell(FIRST);
      if (ref) this.tell({ type: "ok", ref });
    });
  }

  #greet() {
    const room = this.wasHere
      ? about(headAt(CHANGES - 1), NEWEST, toldOf(CHANGES - 1))
      : about(KNOWN, KNOWN, message(KNOWN, KNOWN, KNOWN));
    this.tell({ type: "welcome", person: { id: "1" }, ping_seconds: 25, limits: {} });
    this.tell({
      type: "here",
      rooms: [room],
      gone: [],
      more: false,
      token: "1-1",
      all: !this.wasHere,
    });
  }

  async #catchUp() {
    let told = 0;
    for (const page of pages()) {
      this.tell(page);
      told += 1;
      if (told % 100 === 0) await turn();
    }
    this.isCaughtUp = true;
  }

  close() {}
}

const FIRST = {
  type: "changes",
  room: ROOM,
  about: about(KNOWN, KNOWN, message(KNOWN, KNOWN, KNOWN)),
  me: meWith(KNOWN),
  head: KNOWN,
  seq: KNOWN,
  cursor: `1-${KNOWN}-0`,
  members: null,
  messages: Array.from({ length: KNOWN }, (_, at) => message(at + 1, at + 1, at + 1)),
  receipts: [],
  more: false,
  reset: true,
  live: true,
};

/** A runtime in which the server is that line, and nothing else is heard. */
function platformOf(lines) {
  const body = (told) => ({ status: 200, headers: { get: () => null }, text: async () => told });
  return {
    origin: "https://chat.example",
    fetch: async () => body(JSON.stringify({ id: "1", name: "Анна" })),
    openSocket: () => {
      const line = new Line(lines.length > 0);
      lines.push(line);
      return line;
    },
    now: () => Date.now(),
    random: () => 0,
    bytes: () => new Uint8Array(16),
    later: (ms, work) => {
      const timer = setTimeout(work, ms);
      return () => clearTimeout(timer);
    },
  };
}

test(`${CHANGES} changes are caught up with, each once and in order, in memory that does not grow`, async () => {
  const lines = [];
  const chat = createChat({ platform: platformOf(lines) });
  await chat.start();
  const room = chat.room(ROOM);
  room.hold();
  await expect.poll(() => room.getSnapshot().messages.length).toBe(KNOWN);

  const came = new Uint8Array(NEWEST + 1);
  let most = 0;
  let disorder = 0;
  room.subscribe(() => {
    const { messages } = room.getSnapshot();
    most = Math.max(most, messages.length);
    let before = 0;
    for (const { seq } of messages) {
      if (seq <= before) disorder += 1;
      came[seq] = 1;
      before = seq;
    }
  });
  const heaps = [];
  const weigh = setInterval(() => {
    collect();
    heaps.push(process.memoryUsage().heapUsed);
  }, 250);
  lines[0].onclose({ code: 1006, reason: "" });
  await expect.poll(() => lines[1]?.isCaughtUp, { timeout: 300_000, interval: 100 }).toBe(true);
  clearInterval(weigh);
  collect();
  heaps.push(process.memoryUsage().heapUsed);

  const { messages, me, live } = room.getSnapshot();
  expect([live, disorder, me.unread, most]).toEqual([true, 0, NEWEST, 1_000]);
  expect(came.reduce((sum, one) => sum + one, 0)).toBe(NEWEST);
  const ends = Array.from({ length: 1_000 }, (_, at) => NEWEST - 999 + at);
  expect(messages.map(({ seq }) => seq)).toEqual(ends);
  for (const { text, head, sent } of messages)
    expect(text.includes("исправлено")).toBe(head > sent);
  // What stands at the beginning has been weighed once everything is in its place.
  expect(Math.max(...heaps) - heaps[0]).toBeLessThan(SLACK);
  chat.stop();
}, 400_000);
