// Turns messages into the rows of a thread: days, groups, the unread line, and what is on its way.
import type { Id, Item, Unsent, Upload } from "@beseda/client/order-rooms";
import { dayOf } from "./time.ts";

/** Messages of one person belong together when they are no further apart, in milliseconds. */
const GROUP = 10 * 60_000;

/** How far a message of one's own has come. */
export type Progress = "pending" | "failed" | "stored" | "read";

export interface MessageRow {
  kind: "message";
  key: string;
  /** Null until the server has the message. */
  id: number | null;
  clientId: string | null;
  at: Date;
  text: string;
  /** The address of its file. */
  file: string | null;
  /** The file while it is on its way. */
  upload: Upload | null;
  mine: boolean;
  /** Null where nobody wrote it: then it is a notice, not a bubble. */
  sender: Id | null;
  name: string;
  /** First and last of its group. */
  head: boolean;
  tail: boolean;
  /** Stands in the unread block. */
  unread: boolean;
  edited: boolean;
  erased: boolean;
  /** Null for messages of others. */
  progress: Progress | null;
  /** The code of the server's reason why it was not taken. */
  why: string;
}

export type Row =
  | MessageRow
  | { kind: "day"; key: string; at: Date }
  | { kind: "unread"; key: string }
  | { kind: "beginning"; key: string };

export interface RowSource {
  items: readonly Item[];
  unsent: readonly Unsent[];
  me: Id;
  firstUnread: number | null;
  lastUnread: number | null;
  readUpTo: number;
  /** Nothing comes before the first item. */
  whole: boolean;
  /** Messages that were the first of the loaded part once: they stay as they were then. */
  seams: ReadonlySet<number>;
}

export function rowsOf(source: RowSource): Row[] {
  const rows: Row[] = [];
  const { seams, firstUnread } = source;
  const messages = [...stored(source), ...pending(source)];
  if (source.whole && messages.length > 0) rows.push({ kind: "beginning", key: "beginning" });
  let before: MessageRow | null = null;
  for (const row of messages) {
    const newDay = before ? dayOf(before.at) !== dayOf(row.at) : source.whole;
    if (newDay) rows.push({ kind: "day", key: `day-${row.key}`, at: row.at });
    const startsUnread = row.id !== null && row.id === firstUnread;
    if (startsUnread) rows.push({ kind: "unread", key: "unread" });
    const apart = !before || newDay || startsUnread || (row.id !== null && seams.has(row.id));
    row.head =
      apart || before?.sender !== row.sender || row.at.getTime() - before.at.getTime() > GROUP;
    if (before && row.head) before.tail = true;
    rows.push(row);
    before = row;
  }
  if (before) before.tail = true;
  return rows;
}

function stored({ items, me, firstUnread, lastUnread, readUpTo }: RowSource): MessageRow[] {
  return items.map(({ message, clientId, edited, erased }) => {
    const at = new Date(message.created_at);
    const mine = message.sender?.id === me;
    const read = message.is_read || at.getTime() <= readUpTo;
    return {
      kind: "message",
      key: clientId ?? `m${message.id}`,
      id: message.id,
      clientId,
      at,
      text: message.message,
      file: message.file,
      upload: null,
      mine,
      sender: message.sender?.id ?? null,
      name: message.sender_name,
      head: false,
      tail: false,
      unread: message.id >= (firstUnread ?? Infinity) && message.id <= (lastUnread ?? 0),
      edited,
      erased,
      progress: mine ? (read ? "read" : "stored") : null,
      why: "",
    };
  });
}

function pending({ unsent, me }: RowSource): MessageRow[] {
  return unsent.map(({ clientId, text, at, failed, why, upload }) => ({
    kind: "message",
    key: clientId,
    id: null,
    clientId,
    at: new Date(at),
    text,
    file: null,
    upload: upload ?? null,
    mine: true,
    sender: me,
    name: "",
    head: false,
    tail: false,
    unread: false,
    edited: false,
    erased: false,
    progress: failed ? "failed" : "pending",
    why,
  }));
}
