// The things that the order-rooms contract speaks about, as they come over the wire.

/**
 * What the host application calls a person or an order: a number, or a text where it has texts. A number
 * and a text are never the same one. Somebody who was deleted there has a number below zero.
 */
export type Id = number | string;

/** Whether `value` is something that a person or an order can be called by. */
export const isId = (value: unknown): value is Id =>
  typeof value === "number" || (typeof value === "string" && value !== "");

/** `id` as a part of a longer key: no two ids are told alike, and none has a colon in it. */
export const inKey = (id: Id): string => encodeURIComponent(JSON.stringify(id));

/** Somebody who can write. */
export interface Person {
  id: Id;
  email: string;
  first_name: string;
  last_name: string;
}

/** The person who is logged in, as `/api/me/` and `/login/` tell. */
export interface Me {
  id: Id;
  username: string;
  email?: string;
  first_name: string;
  last_name: string;
  full_name: string;
  role: string;
}

/** One message. `created_at` is ISO 8601 UTC. `id` rises with the order in its room. */
export interface Message {
  id: number;
  room: number;
  /** Null where nobody wrote it: the host application says it. */
  sender: Person | null;
  sender_name: string;
  message: string;
  file: string | null;
  is_read: boolean;
  created_at: string;
}

/** Somebody's place in a room; `last_read_at` is when they last marked it as read. */
export interface Participant {
  id: number;
  user: Person;
  last_read_at: string | null;
  joined_at: string;
}

/** The room of an order. */
export interface Room {
  id: number;
  order: Id;
  participants: Participant[];
  last_message: Message | null;
  unread_count: number;
  created_at: string;
  updated_at: string;
}

/** A page of a list that is told oldest first: page 1 holds the oldest. */
export interface Page<T> {
  count: number;
  next: string | null;
  previous: string | null;
  results: T[];
}

/** What is being waited for, or what stands in the way; one for each kind of trouble. */
export type TroubleKind =
  | "network"
  | "unauthenticated"
  | "forbidden"
  | "missing"
  | "invalid"
  | "throttled"
  | "server";

/** A call that failed, in a form that a page can put into words. */
export class Trouble extends Error {
  readonly kind: TroubleKind;
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** The server's own sentence, or "". */
  readonly detail: string;
  /** How long to wait before the next try, in milliseconds; 0 when the server did not say. */
  readonly retryAfter: number;

  constructor(kind: TroubleKind, status: number, detail = "", retryAfter = 0) {
    super(`${kind} ${status} ${detail}`);
    this.name = "Trouble";
    this.kind = kind;
    this.status = status;
    this.detail = detail;
    this.retryAfter = retryAfter;
  }
}

/** `error` as trouble; whatever is not one already counts as a fault of ours. */
export function asTrouble(error: unknown): Trouble {
  return error instanceof Trouble ? error : new Trouble("server", 0, String(error));
}
