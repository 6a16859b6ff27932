// The kit: the components and the hook of an order's chat, for any React page.
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
export {
  ChatProvider,
  type ChatProviderProps,
  useChat,
  useClient,
  useObserved,
  useSurroundings,
} from "./context.tsx";
export { Icon, type IconName, Sheets } from "./icons.tsx";
export { OrderChatButton, type OrderChatButtonProps } from "./OrderChatButton.tsx";
export { initialsOf } from "./people.ts";
export type { RoomId } from "./thread.ts";
export { sentenceFor } from "./trouble.ts";
export { type ListedRoom, useRooms } from "./useRooms.ts";
export { useWebSocket, type WebSocketOptions, type WebSocketWays } from "./useWebSocket.ts";
export { type Lang, plural, preferredLang, useLang, useWords } from "./words/index.ts";
