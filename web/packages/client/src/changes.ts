// The one reducer: a room as it is known here, and what the server's changes make of it.

import type { Moved } from "./wire.ts";
import type { Changes, Me, Member, Message, Receipt, Room } from "./words.ts";

/** A room as it is known here. Nothing in it is ever changed in place. */
export interface RoomState {
  readonly key: string;
  readonly about: Room | null;
  readonly me: Me | null;
  readonly head: number;
  readonly seq: number;
  /** From where to go on; null while no message was asked for. */
  readonly cursor: string | null;
  /** The newest message, for lists. */
  readonly last: Message | null;
  /** The newest messages, without a hole, by `seq`. */
  readonly messages: readonly Message[];
  /** All that stands from this `seq` on is in `messages`. */
  readonly floor: number;
  /** Those who are known by name: not everybody, in a big room. */
  readonly members: readonly Member[];
  /** How far people have read, by id. */
  readonly marks: ReadonlyMap<string, Receipt>;
  /** Up to this `seq`, `me` counts by the server's word. */
  readonly counted: number;
  /** Something was passed over that the counts of `me` depend on: ask for the room. */
  readonly stale: boolean;
}

export function fresh(key: string): RoomState {
  return {
    key,
    about: null,
    me: null,
    head: 0,
    seq: 0,
    cursor: null,
    last: null,
    messages: [],
    floor: 1,
    members: [],
    marks: new Map(),
    counted: 0,
    stale: false,
  };
}

/**
 * The room after `told`. `self` is the id of who is logged in; at most `most` messages are kept, the
 * newest. What is told twice, or again after something newer, changes nothing.
 */
export function apply(
  room: RoomState,
  told: Changes,
  self: string,
  most = Number.POSITIVE_INFINITY,
): RoomState {
  const from = told.reset ? fresh(room.key) : room;
  const floor = told.reset
    ? Math.min(...told.messages.map(({ seq }) => seq), told.seq + 1)
    : from.floor;
  const about = told.about ?? from.about;
  const next = {
    ...from,
    about: isOlder(told, from) ? from.about : about,
    head: Math.max(told.head, from.head),
    seq: Math.max(told.seq, from.seq),
    cursor: told.cursor,
    floor,
    ...people(from, told),
  };
  const window = put(from.messages, told.messages, floor);
  return {
    ...next,
    ...counted(from, told, self),
    last: newest(told.reset ? (told.about?.last_message ?? null) : from.last, told.messages),
    ...trimmed(window, floor, most),
  };
}

/** What was asked for beside the link may be older than what that has told since. */
const isOlder = (told: { head: number }, room: RoomState) => told.head < room.head;

/** A room of a list that has moved, open or not. */
export function move(room: RoomState, told: Moved, self: string): RoomState {
  const { about, head, seq, last_message: last, me } = told;
  if (seq < room.seq || head < room.head) return room;
  const next = { ...room, about: about ?? room.about, head, seq, last: last ?? room.last };
  if (me) return { ...next, me, counted: seq, stale: false };
  if (seq === room.seq) return next;
  // One message more is counted here; of several only the newest is told.
  if (last?.seq !== seq || seq !== room.seq + 1) return { ...next, stale: true };
  return { ...next, me: plus(room.me, [last], self), counted: room.stale ? room.counted : seq };
}

/** A room as a list, or a call of its own, tells it. Its messages, where some are known, stay. */
export function know(room: RoomState, about: Room): RoomState {
  const { me, head, seq, last_message: last, members = [] } = about;
  const known = room.members.length > 0 ? room.members : members;
  return { ...room, about, me, head, seq, last, members: known, counted: seq, stale: false };
}

/** One has read up to `seq`: the counts as the server will tell them. */
export function read(room: RoomState, seq: number, self: string): RoomState {
  const { me } = room;
  if (!me || (me.read_seq >= seq && me.unread_from === null)) return room;
  const read_seq = Math.max(me.read_seq, Math.min(seq, room.seq));
  const left = room.messages.filter((message) => message.seq > read_seq);
  // What is not at hand cannot be counted here.
  const isKnown = read_seq >= room.seq || (room.cursor !== null && room.floor <= read_seq + 1);
  const none: Me = {
    ...me,
    read_seq,
    delivered_seq: Math.max(me.delivered_seq, read_seq),
    unread_from: null,
    unread: 0,
    mentions: 0,
  };
  if (!isKnown)
    return { ...room, me: { ...none, unread: me.unread, mentions: me.mentions }, stale: true };
  return { ...room, me: plus(none, left, self) };
}

/** Older messages, as they were asked for: what is newer here stays. */
export function older(room: RoomState, items: readonly Message[], hasBefore: boolean): RoomState {
  const first = hasBefore ? Math.min(room.floor, ...items.map(({ seq }) => seq)) : 1;
  return { ...room, messages: put(room.messages, items, first), floor: first };
}

/** A message as it is now, where it is at hand. */
export function renew(room: RoomState, message: Message): RoomState {
  const isHere = room.messages.some(({ seq }) => seq === message.seq);
  const last = room.last?.seq === message.seq ? newest(room.last, [message]) : room.last;
  return isHere ? { ...room, last, messages: put(room.messages, [message], 0) } : { ...room, last };
}

/** The room with its newest messages alone. */
export function trim(room: RoomState, most: number): RoomState {
  return { ...room, ...trimmed(room.messages, room.floor, most) };
}

function trimmed(messages: readonly Message[], floor: number, most: number) {
  const kept = messages.length > most ? messages.slice(-most) : messages;
  return { messages: kept, floor: kept === messages ? floor : (kept[0]?.seq ?? floor) };
}

/** `messages` with `told` in their places; of one message the newer one counts. */
function put(
  messages: readonly Message[],
  told: readonly Message[],
  floor: number,
): readonly Message[] {
  const bySeq = new Map<number, Message>();
  for (const message of told) {
    if (message.seq >= floor) bySeq.set(message.seq, newerOf(bySeq.get(message.seq), message));
  }
  if (bySeq.size === 0) return messages;
  const last = messages.at(-1)?.seq ?? 0;
  const kept = messages.map((message) => {
    const one = bySeq.get(message.seq);
    bySeq.delete(message.seq);
    return one ? newerOf(message, one) : message;
  });
  const added = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  const all = [...kept, ...added];
  return added.every(({ seq }) => seq > last) ? all : all.sort((a, b) => a.seq - b.seq);
}

const newerOf = (known: Message | undefined, told: Message) =>
  known && known.head > told.head ? known : told;

function newest(last: Message | null, told: readonly Message[]): Message | null {
  return told.reduce<Message | null>((best, one) => {
    if (!best || one.seq > best.seq) return one;
    return one.seq === best.seq ? newerOf(best, one) : best;
  }, last);
}

type Counts = Pick<RoomState, "me" | "counted" | "stale">;

/** The counts after these changes. Messages that are new here are counted, unless the server has done so. */
function counted(from: RoomState, told: Changes, self: string): Counts {
  const me = told.me ?? told.about?.me;
  const isPast = isOlder(told, from) || (me && me.read_seq < (from.me?.read_seq ?? 0));
  const base: Counts =
    me && !isPast
      ? { me, counted: told.seq, stale: false }
      : { ...from, stale: from.stale || Boolean(me) };
  const here = new Set(from.messages.map(({ seq }) => seq));
  const fresh = told.messages.filter(({ seq }) => seq > base.counted && !here.has(seq));
  // Below the window nobody remembers what has been counted.
  const isUnsure = fresh.some(({ seq }) => seq <= from.seq && seq < from.floor);
  const isNew = ({ seq }: Message) => seq >= from.floor || seq > from.seq;
  const stale = base.stale || isUnsure;
  return {
    me: plus(base.me, fresh.filter(isNew), self),
    counted: told.more || stale ? base.counted : Math.max(base.counted, told.seq),
    stale,
  };
}

function plus(me: Me | null, messages: readonly Message[], self: string): Me | null {
  if (!me) return null;
  const others = messages.filter(
    ({ author, seq, erased_at }) => author?.id !== self && seq > me.read_seq && !erased_at,
  );
  if (others.length === 0) return me;
  const mentions = others.filter(({ mentions }) => mentions.includes(self)).length;
  return { ...me, unread: me.unread + others.length, mentions: me.mentions + mentions };
}

/** Who is in the room, and how far they have read. */
function people(room: RoomState, { about, members, receipts }: Changes) {
  const byId = new Map(room.members.map((member) => [member.person.id, member]));
  const marks = new Map(room.marks);
  for (const member of [...(about?.members ?? []), ...(members?.changed ?? [])]) {
    byId.set(member.person.id, member);
    // Who has left and come again begins anew.
    marks.delete(member.person.id);
  }
  for (const id of members?.left ?? []) {
    byId.delete(id);
    marks.delete(id);
  }
  for (const { person, read_seq, delivered_seq } of receipts) {
    const mark = marks.get(person);
    marks.set(person, {
      person,
      read_seq: Math.max(read_seq, mark?.read_seq ?? 0),
      delivered_seq: Math.max(delivered_seq, mark?.delivered_seq ?? 0),
    });
  }
  return { members: marked(byId, marks), marks };
}

function marked(byId: Map<string, Member>, marks: Map<string, Receipt>): Member[] {
  return [...byId.values()].map((member) => {
    const mark = marks.get(member.person.id);
    const { read_seq, delivered_seq } = member;
    if (!mark || (mark.read_seq <= read_seq && mark.delivered_seq <= delivered_seq)) return member;
    return {
      ...member,
      read_seq: Math.max(read_seq, mark.read_seq),
      delivered_seq: Math.max(delivered_seq, mark.delivered_seq),
    };
  });
}
