// The calls of the order-rooms contract.
import type { Session } from "./session.ts";
import type { Message, Page, Room } from "./words.ts";

/** Which page of a list: `last` is the newest. */
export interface PageWish {
  page: number | "last";
  pageSize: number;
}

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
  /** With the `clientId` of an earlier try, gives that try's message. */
  sendMessage(room: number, text: string, clientId?: string): Promise<Message>;
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
    sendMessage: (room, text, clientId) =>
      session.call("POST", messages, {
        room,
        message: text,
        ...(clientId ? { client_id: clientId } : {}),
      }),
    editMessage: (id, text) => session.call("PATCH", `${messages}${id}/`, { message: text }),
    async deleteMessage(id) {
      await session.call("DELETE", `${messages}${id}/`);
    },
  };
}
