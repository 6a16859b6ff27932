// Tells screen readers about new messages of others, at most once a second, apart from the thread.
import type { ChatRoom } from "@beseda/client";
import { plural } from "@beseda/react/plural";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useLang, useWords } from "./context.ts";

const EVERY = 1_000;
/** So much of a message is read out by itself, in characters. */
const MOST = 200;

export function Announcer({ room, me }: { room: ChatRoom; me: string }): JSX.Element {
  const lang = useLang();
  const words = useWords();
  const [said, setSaid] = useState("");
  /** The newest message that has come; null before any has. */
  const newest = useRef<number | null>(null);
  useEffect(() => {
    let waiting: string[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const speak = () => {
      const [only] = waiting;
      setSaid(waiting.length === 1 && only ? only : plural(lang, waiting.length, words.arrived));
      waiting = [];
      timer = undefined;
    };
    const look = () => {
      const { messages, loaded } = room.getSnapshot();
      if (!loaded) return;
      const before = newest.current;
      newest.current = messages.at(-1)?.seq ?? 0;
      if (before === null) return;
      for (const { seq, author, text, files } of messages) {
        if (seq <= before || author?.id === me) continue;
        const what = text.slice(0, MOST) || (files.length > 0 ? words.file : "");
        waiting.push(`${author?.name || words.notice}: ${what}`);
      }
      if (waiting.length > 0) timer ??= setTimeout(speak, EVERY);
    };
    look();
    const stop = room.subscribe(look);
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [room, me, lang, words]);
  return (
    <div class="hidden" role="log" aria-live="polite">
      {said}
    </div>
  );
}
