// The kit: the components and hooks of a chat, for any React page.

export type { Chat } from "@beseda/client";
export {
  type ChatApi,
  ChatClient,
  chatApi,
  defaultClient,
  type GetToken,
  type Id,
  type SessionOptions,
  systemPlatform,
} from "@beseda/client/order-rooms";
export { ChatList, type ChatListProps, LIST_VIEW, type ListView } from "./ChatList.tsx";
export { ChatRoomList, type ChatRoomListProps } from "./ChatRoomList.tsx";
/** `ChatThread` is what contract 2's pages call the window of a room. */
export { ChatWindow, ChatWindow as ChatThread, type ChatWindowProps } from "./ChatWindow.tsx";
export {
  ChatProvider,
  type ChatProviderProps,
  useChat,
  useClient,
  useLogout,
  useObserved,
  useSelf,
  useSurroundings,
} from "./context.tsx";
export { GroupChatModal, type GroupChatModalProps } from "./GroupChatModal.tsx";
export { Icon, type IconName, Sheets } from "./icons.tsx";
export { OrderChatButton, type OrderChatButtonProps } from "./OrderChatButton.tsx";
export { hueOf, initialsOf } from "./people.ts";
export { type ReadyReply, RepliesContext } from "./replies.ts";
export { SearchPane, type SearchPaneProps } from "./search/SearchPane.tsx";
export { clock, dateAndClock } from "./time.ts";
export { sentenceFor } from "./trouble.ts";
export { useModal } from "./useModal.ts";
export { useOpening } from "./useOpening.ts";
export { type RoomId, useRoom, useRoomKey } from "./useRoom.ts";
export { type ListedRoom, useRooms } from "./useRooms.ts";
export { useWebSocket, type WebSocketOptions, type WebSocketWays } from "./useWebSocket.ts";
export { type Lang, plural, preferredLang, useLang, useWords, type Words } from "./words/index.ts";
