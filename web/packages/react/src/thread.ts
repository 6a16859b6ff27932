// What the components need of a room, whichever API tells it: contract 4 by its number, the native one by its key.
import type { Watched } from "@beseda/client";
import type { FileLike, Id, MessageEar, Person, RoomSnapshot } from "@beseda/client/order-rooms";

/** A room's number in contract 4, or its key (`order:17`) where a `ChatProvider` has a `chat`. */
export type RoomId = number | string;

export interface KnownRoom {
  /** The order that it is about; null where it is about something else. */
  order: Id | null;
  title?: string;
  participants: readonly { user: Person }[];
}

export interface ThreadSnapshot extends Omit<RoomSnapshot, "room"> {
  room: KnownRoom | null;
}

export interface ThreadRoom extends Watched<ThreadSnapshot> {
  readonly id: RoomId;
  readonly link: { retryNow(): void };
  readonly typingVoice: { key(): void; stop(): void };
  send(text: string, file?: FileLike): void;
  retry(clientId: string): void;
  discard(clientId: string): void;
  edit(id: number, text: string): Promise<void>;
  erase(id: number): Promise<void>;
  /** Somebody looks at the newest messages, or nobody does any more. */
  markAsRead(): void;
  leave(): void;
  loadOlder(): Promise<void>;
  onMessage(ear: MessageEar): () => void;
}
