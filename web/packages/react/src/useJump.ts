// Goes to a message wherever it is in the room, and lights it up for a moment.
import { useEffect, useState } from "react";
import { useNewest } from "./context.tsx";
import type { Thread } from "./thread.ts";
import type { ThreadScroll } from "./useThreadScroll.ts";

/** So long, in milliseconds; the style sheet fades it in as much. */
const LIT = 1_500;

export interface Jump {
  seq: number;
  /** From where, to come back; null when there is no way back. */
  back: number | null;
}

/** The key of the row that is lit; null when none is. */
export function useJump(thread: Thread, scroll: ThreadScroll, jump: Jump | null): string | null {
  const [isThere, setThere] = useState<Jump | null>(null);
  const [lit, setLit] = useState<string | null>(null);
  useEffect(() => {
    if (!jump) return;
    let wanted = true;
    void thread.bring(jump.seq).then((found) => wanted && found && setThere(jump));
    return () => {
      wanted = false;
    };
  }, [thread, jump]);
  const { rows } = scroll;
  const row = isThere
    ? rows.find((one) => one.kind === "message" && one.message?.seq === isThere.seq)
    : null;
  const key = row?.key ?? null;
  const go = useNewest(scroll.toRow);
  useEffect(() => {
    if (key === null) return;
    setLit(key);
    go.current(key);
    // Rows that had to be drawn first were not as high as they were thought to be.
    const again = requestAnimationFrame(() => go.current(key));
    return () => cancelAnimationFrame(again);
  }, [key, go]);
  useEffect(() => {
    if (!isThere) return;
    // Whoever has gone on meanwhile is not called back.
    const timer = setTimeout(() => {
      setLit(null);
      setThere(null);
    }, LIT);
    return () => clearTimeout(timer);
  }, [isThere]);
  return lit;
}
