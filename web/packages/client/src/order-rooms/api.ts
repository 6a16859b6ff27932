// The calls of the order-rooms contract.

import type { Id } from "../people.ts";
import type { FileLike, UploadCall } from "../platform.ts";
import type { Session } from "../session.ts";
import { Trouble } from "../trouble.ts";
import { readMessage, readRoom, readStretch, type Stretch } from "./reading.ts";
import type { Message, Page, Room } from "./words.ts";

/** Which page of a list: `last` is the newest. */
export interface PageWish {
  page: number | "last";
  pageSize: number;
}

/** A page of messages; those that cannot be read are missing in `results`. */
export type MessagePage = Page<Message> & Pick<Stretch, "skipped">;

/** Watches a file on its way, and can stop it. */
export type UploadWatch = Pick<UploadCall, "progress" | "signal">;

/** The REST half of the contract. Every call fails with `Trouble`. */
export interface ChatApi {
  getRooms(): Promise<Room[]>;
  getRoom(room: number): Promise<Room>;
  /** The room of an order, opened now if it was not yet. */
  createRoomForOrder(order: Id): Promise<Room>;
  /** The newest 1,000 messages, oldest first. */
  getMessages(room: number): Promise<Message[]>;
  getMessagePage(room: number, wish: PageWish): Promise<MessagePage>;
  markAsRead(room: number): Promise<void>;
  /** With the `clientId` of an earlier try, gives that try's message. With a file the text may be empty. */
  sendMessage(
    room: number,
    text: string,
    clientId?: string,
    file?: FileLike,
    watch?: UploadWatch,
  ): Promise<Message>;
  editMessage(id: number, text: string): Promise<Message>;
  deleteMessage(id: number): Promise<void>;
}

export function createChatApi(session: Session): ChatApi {
  const rooms = "/api/chat/rooms/";
  const messages = "/api/chat/messages/";
  return {
    async getRooms() {
      const told = await session.call<unknown[]>("GET", rooms);
      return told.flatMap((room) => readRoom(room) ?? []);
    },
    getRoom: (room) => readable(session.call("GET", `${rooms}${room}/`), readRoom),
    createRoomForOrder: (order) =>
      readable(session.call("POST", `${rooms}create_for_order/`, { order_id: order }), readRoom),
    async getMessages(room) {
      return readStretch(await session.call("GET", `${rooms}${room}/messages/`)).messages;
    },
    async getMessagePage(room, { page, pageSize }) {
      const path = `${rooms}${room}/messages/?page=${page}&page_size=${pageSize}`;
      const told = await session.call<Page<unknown>>("GET", path);
      const { messages, skipped } = readStretch(told.results);
      return { ...told, results: messages, skipped };
    },
    async markAsRead(room) {
      await session.call("POST", `${rooms}${room}/mark_read/`);
    },
    sendMessage(room, message, clientId, file, watch) {
      const fields: Record<string, string> = { room: String(room), message };
      if (clientId) fields.client_id = clientId;
      const told = file
        ? session.upload(messages, { fields, file, ...watch })
        : session.call("POST", messages, { ...fields, room });
      return readable(told, readMessage);
    },
    editMessage: (id, text) =>
      readable(session.call("PATCH", `${messages}${id}/`, { message: text }), readMessage),
    async deleteMessage(id) {
      await session.call("DELETE", `${messages}${id}/`);
    },
  };
}

/** What a call told; where it is one thing only, there is nothing without it. */
async function readable<T>(told: Promise<unknown>, read: (told: unknown) => T | null): Promise<T> {
  const found = read(await told);
  if (!found) throw new Trouble("server", 0);
  return found;
}
