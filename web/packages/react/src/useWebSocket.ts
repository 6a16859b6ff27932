// The hook for pages that draw their own thread: a room's messages, live, and the ways to take part.
import type { Id, Message } from "@beseda/client/order-rooms";
import { useCallback, useEffect, useMemo } from "react";
import { useClient, useNewest, useObserved } from "./context.tsx";

export interface WebSocketOptions {
  roomId: number;
  /** A message that is new here, from whoever it is. */
  onMessage?: (message: Message) => void;
  onTyping?: (userId: Id, isTyping: boolean) => void;
}

export interface WebSocketWays {
  isConnected: boolean;
  /** The loaded messages, oldest first. */
  messages: Message[];
  /** Kept until the server has it, also over a lost connection and, without a file, over a reload. */
  sendMessage: (text: string, file?: File) => void;
  sendTyping: (isTyping: boolean) => void;
  markAsRead: () => void;
}

export function useWebSocket({ roomId, onMessage, onTyping }: WebSocketOptions): WebSocketWays {
  const client = useClient();
  const room = client.room(roomId);
  useEffect(() => client.hold(roomId), [client, roomId]);
  const ears = useNewest({ onMessage, onTyping });
  useEffect(() => room.onMessage((message) => ears.current.onMessage?.(message)), [room, ears]);
  useEffect(() => room.onTyping((user, is) => ears.current.onTyping?.(user, is)), [room, ears]);
  const { items, isConnected } = useObserved(room);
  const messages = useMemo(
    () => items.filter(({ erased }) => !erased).map(({ message }) => message),
    [items],
  );
  return {
    isConnected,
    messages,
    sendMessage: useCallback((text: string, file?: File) => room.send(text, file), [room]),
    sendTyping: useCallback(
      (isTyping: boolean) => (isTyping ? room.typingVoice.key() : room.typingVoice.stop()),
      [room],
    ),
    markAsRead: useCallback(() => room.markAsRead(), [room]),
  };
}
