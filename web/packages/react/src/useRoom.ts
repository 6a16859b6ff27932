// A room for the components, held open while one of them stands.
import { asTrouble, type Chat, type Trouble } from "@beseda/client";
import { useEffect, useState } from "react";
import { useChat, useObserved, useSelf } from "./context.tsx";
import { type Thread, type ThreadSnapshot, threadOf } from "./thread.ts";

/** A room's key (`order:17`), or the number that contract 4 calls it by. */
export type RoomId = number | string;

/** The keys of rooms that were asked for by their numbers: a room keeps its key. */
const known = new WeakMap<Chat, Map<number, string>>();

function keysOf(chat: Chat): Map<number, string> {
  const keys = known.get(chat) ?? new Map<number, string>();
  known.set(chat, keys);
  return keys;
}

export interface RoomKey {
  /** Null until it is known. */
  key: string | null;
  trouble: Trouble | null;
  retry(): void;
}

/** The key of a room, whichever way it is named. */
export function useRoomKey(roomId: RoomId | null): RoomKey {
  const chat = useChat();
  const self = useSelf();
  const [told, setTold] = useState<{ of: RoomId; trouble: Trouble | null } | null>(null);
  const [tries, setTries] = useState(0);
  const key = typeof roomId === "number" ? (keysOf(chat).get(roomId) ?? null) : roomId;
  // biome-ignore lint/correctness/useExhaustiveDependencies: every further try asks again
  useEffect(() => {
    if (typeof roomId !== "number" || key !== null || self === "" || !chat.isIn) return;
    let wanted = true;
    chat.calls.keyOf(roomId).then(
      (found) => {
        keysOf(chat).set(roomId, found);
        if (wanted) setTold({ of: roomId, trouble: null });
      },
      (error: unknown) => wanted && setTold({ of: roomId, trouble: asTrouble(error) }),
    );
    return () => {
      wanted = false;
    };
  }, [chat, roomId, key, self, tries]);
  const retry = () => {
    setTold(null);
    setTries(tries + 1);
  };
  return { key, trouble: told?.of === roomId ? told.trouble : null, retry };
}

/** The thread of a room, which is open as long as the component stands. */
export function useRoom(key: string): { thread: Thread; snapshot: ThreadSnapshot } {
  const chat = useChat();
  const thread = threadOf(chat, key, useSelf());
  useEffect(() => thread.hold(), [thread]);
  return { thread, snapshot: useObserved(thread) };
}
