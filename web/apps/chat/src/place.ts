// Where the reader is, read from the address: a room, an order, or the list.
import { useSearch } from "@beseda/pages";
import type { RoomId } from "@beseda/react";

/** `view` is `order` on the sample page of an order, with the button that opens its chat. */
export interface Place {
  /** Its key, or its number in contract 4. */
  room: RoomId | null;
  /** The message at which the room opens. */
  at: number | null;
  /** As the host application calls it. */
  order: string | null;
  view: "rooms" | "order";
}

function placeOf(search: string): Place {
  const asked = new URLSearchParams(search);
  const room = asked.get("room") ?? "";
  const order = asked.get("order") || null;
  const view = order !== null && asked.get("view") === "order" ? "order" : "rooms";
  const at = Number(asked.get("at")) || null;
  return { room: roomOf(room), at, order, view };
}

function roomOf(asked: string): RoomId | null {
  if (/^[0-9]{1,15}$/.test(asked)) return Number(asked);
  return /^[a-z][a-z0-9_-]{0,31}:./.test(asked) ? asked : null;
}

export function usePlace(): Place {
  return placeOf(useSearch());
}
