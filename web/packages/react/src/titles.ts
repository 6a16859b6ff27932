// What a room is called on the page.
import type { Room } from "@beseda/client";
import { orderOf } from "./people.ts";
import type { Words } from "./words/index.ts";

/** The host's own title stands before the order's number; what has neither is called by its people. */
export function titleOf(room: Room | null, key: string, words: Words, given?: string): string {
  if (given !== undefined) return given;
  const order = room ? orderIn(room) : orderOf(key);
  return order !== null ? words.order(order) : room?.title || room?.key || words.rooms;
}

/** The order's number as people know it: what the host says of it, else its id. Null where it is about no order. */
function orderIn({ key, kind, subject, custom }: Room): string | null {
  if (kind !== "order") return null;
  const told = subject?.title || custom?.order;
  return told ? String(told) : orderOf(key);
}
