// How this page opens the room of an order, and what it calls it.
import { type RoomId, useChat, useClient } from "@beseda/react";
import { useCallback } from "react";

/** Opens an order's room, made now if need be, and gives what this page calls it. */
export function useOpening(): (order: string) => Promise<RoomId> {
  const client = useClient();
  const chat = useChat();
  return useCallback(
    async (order) => {
      const room = await client.api.createRoomForOrder(order);
      if (chat) return `order:${room.order}`;
      client.list.put(room);
      return room.id;
    },
    [client, chat],
  );
}
