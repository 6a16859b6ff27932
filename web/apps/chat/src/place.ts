// Where the reader is, read from the address: a room, an order, or the list.
import type { RoomId } from "@beseda/react";
import { useSyncExternalStore } from "react";

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

const MOVED = "bs-moved";

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

/** The address of a room on this page, or of a message in it. */
export function addressOf(room: RoomId, at?: number): string {
  const key = encodeURIComponent(room).replaceAll("%3A", ":");
  return `${location.pathname}?room=${key}${at ? `&at=${at}` : ""}`;
}

function watch(changed: () => void): () => void {
  addEventListener("popstate", changed);
  addEventListener(MOVED, changed);
  return () => {
    removeEventListener("popstate", changed);
    removeEventListener(MOVED, changed);
  };
}

export function usePlace(): Place {
  return placeOf(useSyncExternalStore(watch, () => location.search));
}

/** Goes to a room, at a message of it, or to the list. `replace` leaves no step for the Back button. */
export function go(room: RoomId | null, replace = false, at?: number): void {
  const address = room === null ? location.pathname : addressOf(room, at);
  if (replace) history.replaceState(history.state, "", address);
  else history.pushState({ fromList: room !== null }, "", address);
  dispatchEvent(new Event(MOVED));
}

/** Back to the list: the same step as the browser's own Back where there is one. */
export function goBack(): void {
  if ((history.state as { fromList?: boolean } | null)?.fromList) history.back();
  else go(null, true);
}
