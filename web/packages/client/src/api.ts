// The calls of the order-rooms contract.
import type { FileLike, UploadCall } from "./platform.ts";
import type { Session } from "./session.ts";
import type { Message, Page, Room } from "./words.ts";

/** Which page of a list: `last` is the newest. */
export interface PageWish {
  page: number | "last";
  pageSize: number;
}

/** Watches a file on its way, and can stop it. */
export type UploadWatch = Pick<UploadCall, "progress" | "signal">;

/** The REST half of the contract. Every call fails with `Trouble`. */
export interface ChatApi {
  getRooms(): Promise<Room[]>;
  getRoom(room: number): Promise<Room>;
  /** The room of an order, opened now if it was not yet. */
  createRoomForOrder(order: number): Promise<Room>;
  /** The newest 1,000 messages, oldest first. */
  getMessages(room: number): Promise<Message[]>;
  getMessagePage(room: number, wish: PageWish): Promise<Page<Message>>;
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
    getRooms: () => session.call("GET", rooms),
    getRoom: (room) => session.call("GET", `${rooms}${room}/`),
    createRoomForOrder: (order) =>
      session.call("POST", `${rooms}create_for_order/`, { order_id: order }),
    getMessages: (room) => session.call("GET", `${rooms}${room}/messages/`),
    getMessagePage: (room, { page, pageSize }) =>
      session.call("GET", `${rooms}${room}/messages/?page=${page}&page_size=${pageSize}`),
    async markAsRead(room) {
      await session.call("POST", `${rooms}${room}/mark_read/`);
    },
    sendMessage(room, message, clientId, file, watch) {
      const fields: Record<string, string> = { room: String(room), message };
      if (clientId) fields.client_id = clientId;
      return file
        ? session.upload(messages, { fields, file, ...watch })
        : session.call("POST", messages, { ...fields, room });
    },
    editMessage: (id, text) => session.call("PATCH", `${messages}${id}/`, { message: text }),
    async deleteMessage(id) {
      await session.call("DELETE", `${messages}${id}/`);
    },
  };
}
