// A room for the components, held open while one of them stands.
import { useEffect } from "react";
import { useChat, useClient, useObserved } from "./context.tsx";
import { type KeyedRoom, keyedRoom } from "./keyed.ts";
import type { RoomId, ThreadRoom, ThreadSnapshot } from "./thread.ts";

export function useRoom(roomId: RoomId): { room: ThreadRoom; snapshot: ThreadSnapshot } {
  const client = useClient();
  const chat = useChat();
  const me = useObserved(client.session).me?.id ?? 0;
  let keyed: KeyedRoom | null = null;
  if (typeof roomId === "string") {
    if (!chat) throw new Error(`a ChatProvider with a chat has rooms by their keys: ${roomId}`);
    keyed = keyedRoom(chat, roomId, me);
  }
  const room: ThreadRoom = keyed ?? client.room(Number(roomId));
  useEffect(() => keyed?.hold() ?? client.hold(Number(roomId)), [client, keyed, roomId]);
  return { room, snapshot: useObserved(room) };
}
