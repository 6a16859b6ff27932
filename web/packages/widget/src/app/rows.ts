// Turns the messages of a room into the rows of a thread: days, groups, and what is on its way.
import type { ChatFile, Message, RoomSnapshot, Unsent, Upload } from "@beseda/client";
import { dayOf } from "@beseda/react/time";

/** Messages of one person belong together when they are no further apart, in milliseconds. */
const GROUP = 10 * 60_000;

/** How far a message of one's own has come. */
export type Progress = "pending" | "failed" | "stored" | "delivered" | "read";

export interface MessageRow {
  kind: "message";
  key: string;
  /** The name it was sent under, as long as it is not there. */
  client_id: string | null;
  at: Date;
  text: string;
  files: readonly ChatFile[];
  uploads: readonly Upload[];
  mine: boolean;
  /** Null where nobody wrote it: then it is a notice. */
  author: string | null;
  name: string;
  /** First and last of its group. */
  head: boolean;
  tail: boolean;
  edited: boolean;
  erased: boolean;
  /** Null for messages of others. */
  progress: Progress | null;
  why: string;
}

export type Row = MessageRow | { kind: "day"; key: string; at: Date };

type Source = Pick<RoomSnapshot, "messages" | "unsent" | "hasBefore" | "readBy" | "deliveredTo">;

export function rowsOf(source: Source, me: string): Row[] {
  const rows: Row[] = [];
  let before: MessageRow | null = null;
  const stored = source.messages.map((message) => storedRow(message, me, source));
  for (const row of [...stored, ...source.unsent.map((entry) => unsentRow(entry, me))]) {
    const isNewDay = before ? dayOf(before.at) !== dayOf(row.at) : !source.hasBefore;
    if (isNewDay) rows.push({ kind: "day", key: `day-${row.key}`, at: row.at });
    const isApart = !before || isNewDay || before.author !== row.author;
    row.head = isApart || row.at.getTime() - (before?.at.getTime() ?? 0) > GROUP;
    if (before) before.tail = row.head;
    rows.push(row);
    before = row;
  }
  if (before) before.tail = true;
  return rows;
}

function storedRow(message: Message, me: string, marks: Source): MessageRow {
  const { seq, author, client_id, text, files, created_at, edited_at, erased_at } = message;
  const mine = author?.id === me;
  return {
    kind: "message",
    key: client_id ?? `m${seq}`,
    client_id: null,
    at: new Date(created_at),
    text,
    files,
    uploads: [],
    mine,
    author: author?.id ?? null,
    name: author?.name ?? "",
    head: false,
    tail: false,
    edited: edited_at !== null,
    erased: erased_at !== null,
    progress: mine ? progressOf(seq, marks) : null,
    why: "",
  };
}

function progressOf(seq: number, { readBy, deliveredTo }: Source): Progress {
  if (seq <= readBy) return "read";
  return seq <= deliveredTo ? "delivered" : "stored";
}

function unsentRow({ client_id, text, at, state, why, files }: Unsent, me: string): MessageRow {
  return {
    kind: "message",
    key: client_id,
    client_id,
    at: new Date(at),
    text,
    files: [],
    uploads: files,
    mine: true,
    author: me,
    name: "",
    head: false,
    tail: false,
    edited: false,
    erased: false,
    progress: state === "refused" ? "failed" : "pending",
    why,
  };
}
