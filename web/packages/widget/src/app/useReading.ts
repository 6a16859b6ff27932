// When a message counts as read.
import type { ChatRoom } from "@beseda/client";
import { useEffect } from "preact/hooks";
import { useAround } from "./context.ts";
import { useWatched } from "./useWatched.ts";

/** Whoever sees the end of the thread for a while has read it. */
const READ_AFTER = 1_500;

export function useReading(room: ChatRoom, seesEnd: boolean): void {
  const { isShown, isAttended } = useAround().place.shown;
  const { messages, me } = useWatched(room);
  const newest = messages.at(-1)?.seq ?? 0;
  const isLooked = isShown && isAttended && seesEnd;
  const isUnread = me !== null && (newest > me.read_seq || me.unread_from !== null);
  useEffect(() => (isLooked ? room.look() : undefined), [room, isLooked]);
  useEffect(() => {
    if (!isLooked || !isUnread) return;
    const timer = setTimeout(() => room.read(newest), READ_AFTER);
    return () => clearTimeout(timer);
  }, [room, isLooked, isUnread, newest]);
}
