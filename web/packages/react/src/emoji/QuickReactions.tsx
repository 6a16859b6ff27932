// The reactions that are one press away, and the way to all others.
import type { ReactNode } from "react";
import { Icon } from "../icons.tsx";
import { useRoving } from "../useRoving.ts";
import { useWords } from "../words/index.ts";

const USUAL = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

export interface QuickReactionsProps {
  onPick: (emoji: string) => void;
  /** Opens all emoji; without it there is no such button. */
  onMore?: () => void;
  /** The reactions that this person has given. */
  mine?: readonly string[];
  /** Those that are offered: six as a rule. */
  emojis?: readonly string[];
}

export function QuickReactions(props: QuickReactionsProps): ReactNode {
  const { onPick, onMore, mine = [], emojis = USUAL } = props;
  const words = useWords();
  const { row, stop } = useRoving(emojis.length + (onMore ? 1 : 0));
  return (
    <div className="bs-quick" role="toolbar" aria-label={words.reactions} {...row}>
      {emojis.map((emoji, index) => (
        <button
          key={emoji}
          type="button"
          className="bs-quick-one"
          tabIndex={stop(index)}
          aria-pressed={mine.includes(emoji)}
          onClick={() => onPick(emoji)}
        >
          {emoji}
        </button>
      ))}
      {onMore && (
        <button
          type="button"
          className="bs-quick-one"
          tabIndex={stop(emojis.length)}
          title={words.moreReactions}
          aria-label={words.moreReactions}
          aria-haspopup="dialog"
          onClick={onMore}
        >
          <Icon name="smile" />
        </button>
      )}
    </div>
  );
}
