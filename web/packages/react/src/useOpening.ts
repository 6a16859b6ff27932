// Opens the room of an order, which is made when somebody opens it first.
import type { Id } from "@beseda/client/order-rooms";
import { useCallback } from "react";
import { useChat } from "./context.tsx";

/** Gives the key of the room. Fails with `Trouble` where one may not. */
export function useOpening(): (order: Id) => Promise<string> {
  const chat = useChat();
  return useCallback(
    async (order) => (await chat.calls.make({ key: `order:${order}` })).key,
    [chat],
  );
}
