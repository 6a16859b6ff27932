// What rooms are called.
import type { RoomState } from "@beseda/client";
import type { Words } from "./words/ru.ts";

/** What a room is called: what the host calls it, or the order that it is about. */
export function titleOf(key: string, room: RoomState | undefined, words: Words): string {
  const told = room?.about?.subject?.title || room?.about?.title;
  if (told) return told;
  return key.startsWith("order:") ? words.order(key.slice("order:".length)) : key;
}
