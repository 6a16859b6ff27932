// The things that the native API speaks about, as they come over the wire. Times are ISO 8601 UTC.

/** Somebody. A deleted person keeps their name, and an id that is never used again. */
export interface Person {
  id: string;
  name: string;
  first_name: string;
  last_name: string;
  avatar_url: string | null;
  role: string;
  active: boolean;
  custom: Record<string, unknown> | null;
}

/** What the host says of the business object that a room is about. */
export interface Subject {
  title: string;
  url: string | null;
  status: string;
  fields: { label: string; value: string }[];
}

/** What somebody may do in a room. */
export type Right =
  | "read"
  | "send"
  | "react"
  | "pin"
  | "upload"
  | "mention"
  | "edit-own"
  | "edit-any"
  | "erase-own"
  | "erase-any"
  | "invite"
  | "remove"
  | "close"
  | "rename"
  | "note";

/** One's own view of a room. */
export interface Me {
  role: string;
  read_seq: number;
  delivered_seq: number;
  unread: number;
  mentions: number;
  unread_from: number | null;
  muted_until: string | null;
  pinned: boolean;
  archived: boolean;
}

/** Somebody's place in a room, and how far they have read. */
export interface Member {
  person: Person;
  role: string;
  read_seq: number;
  delivered_seq: number;
  joined_at: string;
}

export interface Room {
  key: string;
  uuid: string;
  kind: string;
  subject: Subject | null;
  title: string;
  avatar_url: string | null;
  custom: Record<string, unknown> | null;
  closed: boolean;
  head: number;
  cursor: string;
  seq: number;
  created_at: string;
  active_at: string;
  updated_at: string;
  member_count: number;
  /** The first twenty; left out in lists. */
  members?: Member[];
  last_message: Message | null;
  /** Null for who is not in the room. */
  me: Me | null;
  can: Right[];
}

export interface ChatFile {
  id: string;
  name: string;
  media: string;
  bytes: number;
  width: number | null;
  height: number | null;
  /** Null until it hangs on a message. */
  url: string | null;
  thumbnail_url: string | null;
  blur: string | null;
}

export interface Reaction {
  emoji: string;
  count: number;
  /** The first three who gave it. */
  people: string[];
  mine: boolean;
}

export interface Quotation {
  seq: number;
  author: Person | null;
  excerpt: string;
  erased: boolean;
}

/** One message: named by its room and `seq`. An erased one is still there, with nothing in it. */
export interface Message {
  room: string;
  seq: number;
  /** The room's head at which it last changed. */
  head: number;
  /** The room's head at which it was sent. */
  sent: number;
  /** Null where the application speaks. */
  author: Person | null;
  kind: "text" | "system" | "event";
  text: string;
  files: ChatFile[];
  reply_to: Quotation | null;
  mentions: string[];
  reactions: Reaction[];
  pinned: { by: string; at: string } | null;
  custom: Record<string, unknown> | null;
  created_at: string;
  edited_at: string | null;
  erased_at: string | null;
  /** The id under which it was sent; told to its author alone. */
  client_id: string | null;
}

/** How far somebody has read. */
export interface Receipt {
  person: string;
  read_seq: number;
  delivered_seq: number;
}

/** Everything in a room that is different since a cursor, as it is now. */
export interface Changes {
  room: string;
  about: Room | null;
  me: Me | null;
  head: number;
  seq: number;
  /** Where to go on; opaque. */
  cursor: string;
  members: { changed: Member[]; left: string[] } | null;
  messages: Message[];
  receipts: Receipt[];
  more: boolean;
  /** Forget what you had of this room. */
  reset: boolean;
}

/** A stretch of a room's messages, oldest first. */
export interface Stretch {
  items: Message[];
  head: number;
  cursor: string;
  has_before: boolean;
  has_after: boolean;
}

/** A message that a search has found. `highlights` are UTF-16 offsets in its text, the end excluded. */
export interface Found {
  room: string;
  message: Message;
  highlights: [number, number][];
}

/** A part of a list; `next` is the cursor of the one that follows. */
export interface Part<T> {
  items: T[];
  next: string | null;
}

export interface Presence {
  person: string;
  state: "online" | "away" | "offline";
  last_seen: string | null;
}

/** Where somebody is, in a room whose people share that. */
export interface Position {
  room: string;
  person: string;
  latitude: number;
  longitude: number;
  [more: string]: unknown;
}
