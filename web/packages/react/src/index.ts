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
export { ChatRoomList, type ChatRoomListProps } from "./ChatRoomList.tsx";
export { ChatWindow, type ChatWindowProps } from "./ChatWindow.tsx";
export { ConfirmDialog, type ConfirmDialogProps } from "./ConfirmDialog.tsx";
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
export { save } from "./download.ts";
export { Icon, type IconName, Sheets } from "./icons.tsx";
export { OrderChatButton, type OrderChatButtonProps } from "./OrderChatButton.tsx";
export { hueOf, initialsOf } from "./people.ts";
export { type ReadyReply, RepliesContext } from "./replies.ts";
export { clock, dateAndClock } from "./time.ts";
export { sentenceFor } from "./trouble.ts";
export { useModal } from "./useModal.ts";
export { useOpening } from "./useOpening.ts";
export { type RoomId, useRoom, useRoomKey } from "./useRoom.ts";
export { type ListedRoom, useRooms } from "./useRooms.ts";
export { useWebSocket, type WebSocketOptions, type WebSocketWays } from "./useWebSocket.ts";
export { type Lang, plural, preferredLang, useLang, useWords, type Words } from "./words/index.ts";
