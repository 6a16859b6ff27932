// What a conversation is called.
import type { Case } from "@beseda/client/desk";
import type { Words } from "@beseda/react";

/** The visitor's name, else the room's title, else what it is about. */
export function nameOf({ visitor, about, room }: Case, words: Words): string {
  if (visitor?.name) return visitor.name;
  if (about.kind === "order")
    return words.order(about.subject?.title || room.slice("order:".length));
  return about.title || room;
}
