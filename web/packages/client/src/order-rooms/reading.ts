// Reads what the server tells. What cannot be read is left out, so that one message never takes the
// others with it, and is named in the console once, without a word of it.
import { isId } from "../people.ts";
import type { Message, Participant, Person, Room } from "./words.ts";

/** A stretch of a room: its messages, and the ids of those left out, NaN where there is none. */
export interface Stretch {
  messages: Message[];
  skipped: number[];
}

/** The message, or null when it cannot be read. What may be missing in it is filled in. */
export function readMessage(told: unknown): Message | null {
  const { id, room, sender, sender_name, message, file, is_read, created_at } = fields(told);
  const wrong = {
    id: !isNumber(id),
    sender: !isMissing(sender) && !isPerson(sender),
    message: !isMissing(message) && !isText(message),
    file: !isMissing(file) && !isText(file),
    created_at: !isTime(created_at),
  };
  if (isLeftOut("message", id, wrong)) return null;
  return {
    id: id as number,
    room: Number(room),
    sender: isPerson(sender) ? readPerson(sender) : null,
    sender_name: text(sender_name),
    message: text(message),
    file: isText(file) ? file : null,
    is_read: is_read === true,
    created_at: created_at as string,
  };
}

export function readStretch(told: readonly unknown[]): Stretch {
  const stretch: Stretch = { messages: [], skipped: [] };
  for (const one of told) {
    const message = readMessage(one);
    const { id } = fields(one);
    if (message) stretch.messages.push(message);
    else stretch.skipped.push(isNumber(id) ? id : Number.NaN);
  }
  return stretch;
}

/** The room, or null when it cannot be read. */
export function readRoom(told: unknown): Room | null {
  const room = fields(told);
  const { id, created_at, participants, last_message } = room;
  if (isLeftOut("room", id, { id: !isNumber(id), created_at: !isTime(created_at) })) return null;
  const members = Array.isArray(participants) ? (participants as Participant[]) : [];
  return {
    ...(room as unknown as Room),
    participants: members
      .filter((member) => isPerson(member?.user))
      .map((member) => ({ ...member, user: readPerson(member.user) })),
    last_message: isMissing(last_message) ? null : readMessage(last_message),
    unread_count: Number(room.unread_count) || 0,
  };
}

function readPerson({ id, email, first_name, last_name }: Person): Person {
  return { id, email: text(email), first_name: text(first_name), last_name: text(last_name) };
}

function fields(told: unknown): Record<string, unknown> {
  return (told ?? {}) as Record<string, unknown>;
}

const isMissing = (value: unknown) => value === null || value === undefined;
const isNumber = (value: unknown): value is number => typeof value === "number";
const isText = (value: unknown): value is string => typeof value === "string";
const isTime = (value: unknown) => isText(value) && !Number.isNaN(Date.parse(value));
const isPerson = (value: unknown): value is Person => isId(fields(value).id);
const text = (value: unknown) => (isText(value) ? value : "");

/** So many are named at most. */
const MOST = 100;
const named = new Set<string>();

/** Whether one of these fields is wrong. */
function isLeftOut(what: string, id: unknown, wrong: Record<string, boolean>): boolean {
  const names = Object.keys(wrong).filter((name) => wrong[name]);
  if (names.length === 0) return false;
  const line = `Beseda: ${what} ${isNumber(id) ? id : "?"} cannot be read and is left out: ${names.join(", ")}`;
  if (!named.has(line) && named.size < MOST) {
    named.add(line);
    (globalThis as unknown as { console: { warn(line: string): void } }).console.warn(line);
  }
  return true;
}
