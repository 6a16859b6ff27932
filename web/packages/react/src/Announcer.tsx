// Tells screen readers about new messages of others, at most once a second, apart from the thread.
import { fileName, type Id } from "@beseda/client/order-rooms";
import { type ReactNode, useEffect, useRef, useState } from "react";
import type { ThreadRoom } from "./thread.ts";
import { plural, useLang, useWords } from "./words/index.ts";

const EVERY = 1_000;

export function Announcer({ room, me }: { room: ThreadRoom; me: Id }): ReactNode {
  const lang = useLang();
  const { arrived, file: fileWord, notice, message: messageWord } = useWords();
  const [said, setSaid] = useState("");
  const waiting = useRef<string[]>([]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    const speak = () => {
      timer = null;
      const [only] = waiting.current;
      const count = waiting.current.length;
      waiting.current = [];
      setSaid(count === 1 && only ? only : plural(lang, count, arrived));
    };
    const stop = room.onMessage((message) => {
      if (message.sender?.id === me) return;
      const file = message.file ? `${fileWord} ${fileName(message.file)}` : "";
      const said = [message.message.slice(0, 200), file].filter(Boolean).join(". ");
      waiting.current.push(
        `${message.sender ? message.sender_name || messageWord : notice}: ${said}`,
      );
      timer ??= setTimeout(speak, EVERY);
    });
    return () => {
      stop();
      if (timer) clearTimeout(timer);
    };
  }, [room, me, lang, arrived, fileWord, notice, messageWord]);
  return (
    <div className="bs-hidden" role="log" aria-live="polite">
      {said}
    </div>
  );
}
