// Turns messages into the rows of a thread: days, groups, the unread line, and what is on its way.
import type { Message, Unsent } from "@beseda/client";
import type { Fresh } from "./thread.ts";
import { dayOf } from "./time.ts";

/** Messages of one person belong together when they are no further apart, in milliseconds. */
const GROUP = 10 * 60_000;

/** How far a message of one's own has come. */
export type Progress = "pending" | "failed" | "stored" | "delivered" | "read";

export interface MessageRow {
  kind: "message";
  key: string;
  at: Date;
  /** Null until the server has it. */
  message: Message | null;
  /** What is on its way; null once the server has it. */
  unsent: Unsent | null;
  text: string;
  mine: boolean;
  /** The id of who wrote it; null where nobody did: then it is a notice, not a bubble. */
  author: string | null;
  name: string;
  /** First and last of its group. */
  head: boolean;
  tail: boolean;
  /** Stands in the unread block. */
  unread: boolean;
  erased: boolean;
  /** Null for messages of others. */
  progress: Progress | null;
}

export type Row =
  | MessageRow
  | { kind: "day"; key: string; at: Date }
  /** `count` is the server's, of when the room was opened. */
  | { kind: "unread"; key: string; count: number }
  | { kind: "beginning"; key: string };

export interface RowSource {
  shown: readonly Message[];
  unsent: readonly Unsent[];
  self: string;
  fresh: Fresh | null;
  missed: number;
  readBy: number;
  deliveredTo: number;
  /** Nothing comes before the first message. */
  whole: boolean;
  /** Messages that were the first of the loaded part once: they stay as they were then. */
  seams: ReadonlySet<number>;
}

export function rowsOf(source: RowSource): Row[] {
  const rows: Row[] = [];
  const { seams, shown, unsent, self } = source;
  const messages: MessageRow[] = [];
  for (const message of shown) messages.push(rowOf(message, source, messages.at(-1)));
  for (const entry of unsent) messages.push(rowOnItsWay(entry, self));
  const line = messages.find(({ unread, mine }) => unread && !mine)?.key;
  if (source.whole && messages.length > 0) rows.push({ kind: "beginning", key: "beginning" });
  let before: MessageRow | null = null;
  let isNew = false;
  for (const row of messages) {
    const newDay = before ? dayOf(before.at) !== dayOf(row.at) : source.whole;
    if (newDay) rows.push({ kind: "day", key: `day-${row.key}`, at: row.at });
    const startsUnread = row.key === line;
    if (startsUnread) rows.push({ kind: "unread", key: "unread", count: source.missed });
    isNew ||= startsUnread;
    row.unread &&= isNew;
    const isSeam = row.message !== null && seams.has(row.message.seq);
    const apart = !before || newDay || startsUnread || isSeam;
    row.head =
      apart || before?.author !== row.author || row.at.getTime() - before.at.getTime() > GROUP;
    if (before && row.head) before.tail = true;
    rows.push(row);
    before = row;
  }
  if (before) before.tail = true;
  return rows;
}

/** A message without a time that can be read has that of the one before it. */
function timeOf(told: unknown, before: MessageRow | undefined): Date {
  const at = new Date(typeof told === "string" ? told : Number.NaN);
  return Number.isNaN(at.getTime()) ? (before?.at ?? new Date(0)) : at;
}

function rowOf(
  message: Message,
  { self, fresh, readBy, deliveredTo }: RowSource,
  before: MessageRow | undefined,
): MessageRow {
  const { seq, author, kind, text, client_id, created_at, erased_at } = message;
  const mine = author?.id === self;
  const progress = seq <= readBy ? "read" : seq <= deliveredTo ? "delivered" : "stored";
  return {
    kind: "message",
    key: client_id ?? `m${seq}`,
    at: timeOf(created_at, before),
    message,
    unsent: null,
    text: text ?? "",
    mine,
    author: kind === "text" ? (author?.id ?? null) : null,
    name: author?.name ?? "",
    head: false,
    tail: false,
    unread: fresh !== null && seq > fresh.after && seq <= fresh.last && !erased_at,
    erased: Boolean(erased_at),
    progress: mine ? progress : null,
  };
}

function rowOnItsWay(unsent: Unsent, self: string): MessageRow {
  return {
    kind: "message",
    key: unsent.client_id,
    at: new Date(unsent.at),
    message: null,
    unsent,
    text: unsent.text,
    mine: true,
    author: self,
    name: "",
    head: false,
    tail: false,
    unread: false,
    erased: false,
    progress: unsent.state === "refused" ? "failed" : "pending",
  };
}
