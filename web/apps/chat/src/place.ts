// Where the reader is, read from the address: a room, an order, or the list.
import { useSyncExternalStore } from "react";

/** `view` is `order` on the sample page of an order, with the button that opens its chat. */
export interface Place {
  room: number | null;
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
  return { room: /^[0-9]{1,15}$/.test(room) ? Number(room) : null, order, view };
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

/** Goes to a room, or to the list. `replace` leaves no step for the Back button. */
export function go(room: number | null, replace = false): void {
  const address = location.pathname + (room === null ? "" : `?room=${room}`);
  if (replace) history.replaceState(history.state, "", address);
  else history.pushState({ fromList: room !== null }, "", address);
  dispatchEvent(new Event(MOVED));
}

/** Back to the list: the same step as the browser's own Back where there is one. */
export function goBack(): void {
  if ((history.state as { fromList?: boolean } | null)?.fromList) history.back();
  else go(null, true);
}
