// What pages of contract 4 are written against: its names and their shapes stay.
import type { ChatRoomListProps, ChatWindowProps, OrderChatButtonProps } from "@beseda/react";
import * as kit from "@beseda/react";
import { expect, expectTypeOf, test } from "vitest";

interface Person {
  id: number | string;
  email: string;
  first_name: string;
  last_name: string;
}

interface Message {
  id: number;
  room: number;
  sender: Person | null;
  sender_name: string;
  message: string;
  file: string | null;
  is_read: boolean;
  created_at: string;
}

interface Room {
  id: number;
  order: number | string;
  participants: {
    id: number;
    user: Person;
    last_read_at: string | null;
    joined_at: string;
  }[];
  last_message: Message | null;
  unread_count: number;
  created_at: string;
  updated_at: string;
}

interface Hook {
  isConnected: boolean;
  messages: Message[];
  sendMessage: (text: string, file?: File) => void;
  sendTyping: (isTyping: boolean) => void;
  markAsRead: () => void;
}

test("chatApi keeps its calls", () => {
  const { chatApi } = kit;
  for (const name of [
    "getRooms",
    "createRoomForOrder",
    "getMessages",
    "markAsRead",
    "sendMessage",
  ]) {
    expect(typeof chatApi[name as keyof typeof chatApi]).toBe("function");
  }
  expectTypeOf(chatApi.getRooms).toEqualTypeOf<() => Promise<Room[]>>();
  expectTypeOf(chatApi.createRoomForOrder).toEqualTypeOf<
    (order: number | string) => Promise<Room>
  >();
  expectTypeOf(chatApi.getMessages).toEqualTypeOf<(room: number) => Promise<Message[]>>();
  expectTypeOf(chatApi.markAsRead).toEqualTypeOf<(room: number) => Promise<void>>();
  expectTypeOf(chatApi.sendMessage).toBeCallableWith(5, "Здравствуйте!");
  expectTypeOf(chatApi.sendMessage).toBeCallableWith(5, "", "client-id", new File([], "plan.png"));
  expectTypeOf(chatApi.sendMessage).returns.resolves.toEqualTypeOf<Message>();
});

test("useWebSocket keeps what it takes and gives", () => {
  expect(typeof kit.useWebSocket).toBe("function");
  expectTypeOf(kit.useWebSocket).returns.toEqualTypeOf<Hook>();
  expectTypeOf(kit.useWebSocket).parameter(0).toEqualTypeOf<{
    roomId: number;
    onMessage?: (message: Message) => void;
    onTyping?: (userId: number | string, isTyping: boolean) => void;
  }>();
});

test("the components keep their names and what they need", () => {
  const { ChatWindow, ChatRoomList, OrderChatButton, ChatProvider } = kit;
  for (const one of [ChatWindow, ChatRoomList, OrderChatButton, ChatProvider]) {
    expect(typeof one).toBe("function");
  }
  expectTypeOf<{ roomId: number }>().toExtend<ChatWindowProps>();
  expectTypeOf<{ orderId: number }>().toExtend<OrderChatButtonProps>();
  expectTypeOf<{ orderId: string }>().toExtend<OrderChatButtonProps>();
  expectTypeOf<{
    selected: number;
    onSelect: (room: number) => void;
  }>().toExtend<ChatRoomListProps>();
});
