// The address of a page, which says what is open on it: going there, coming back, and hearing of both.
import type { RoomId } from "@beseda/react";
import { useSyncExternalStore } from "react";

const MOVED = "bs-moved";

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

/** The address's query, as it is now. */
export function useSearch(): string {
  return useSyncExternalStore(watch, () => location.search);
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
