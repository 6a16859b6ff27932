// The reactions to a message, each with its count: a press adds one's own, or takes it back.
import type { Message } from "@beseda/client";
import type { ReactNode } from "react";
import { plural, useLang, useWords } from "./words/index.ts";

interface ReactionsProps {
  message: Message;
  canReact: boolean;
  onReact(message: Message, emoji: string): void;
}

export function Reactions({ message, canReact, onReact }: ReactionsProps): ReactNode {
  const words = useWords();
  const lang = useLang();
  const { reactions = [], erased_at } = message;
  if (reactions.length === 0 || erased_at) return null;
  return (
    <fieldset className="bs-reactions" aria-label={words.reactions}>
      {reactions.map(({ emoji, count, mine }) => (
        <button
          key={emoji}
          type="button"
          tabIndex={-1}
          className="bs-reaction"
          aria-pressed={mine}
          aria-label={`${emoji}, ${plural(lang, count, words.people)}`}
          disabled={!canReact}
          onClick={() => onReact(message, emoji)}
        >
          <span aria-hidden="true">{emoji}</span>
          <span aria-hidden="true">{count}</span>
        </button>
      ))}
    </fieldset>
  );
}
