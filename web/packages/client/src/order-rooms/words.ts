// The things that the order-rooms contract speaks about, as they come over the wire.

import type { Id } from "../people.ts";

/** Somebody who can write. */
export interface Person {
  id: Id;
  email: string;
  first_name: string;
  last_name: string;
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
