// Tells screen readers about new messages of others, at most once a second, apart from the thread.
import { type ReactNode, useEffect, useRef, useState } from "react";
import type { Thread } from "./thread.ts";
import { plural, useLang, useWords } from "./words/index.ts";

const EVERY = 1_000;

export function Announcer({ thread, self }: { thread: Thread; self: string }): ReactNode {
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
    const stop = thread.onMessage(({ author, text, files }) => {
      if (author?.id === self) return;
      const names = files.map(({ name }) => `${fileWord} ${name}`);
      const said = [text.slice(0, 200), ...names].filter(Boolean).join(". ");
      waiting.current.push(`${author ? author.name || messageWord : notice}: ${said}`);
      timer ??= setTimeout(speak, EVERY);
    });
    return () => {
      stop();
      if (timer) clearTimeout(timer);
    };
  }, [thread, self, lang, arrived, fileWord, notice, messageWord]);
  return (
    <div className="bs-hidden" role="log" aria-live="polite">
      {said}
    </div>
  );
}
