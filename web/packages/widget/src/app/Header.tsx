// The top of what is shown: who one writes to, the way back, and the way out.
import type { JSX } from "preact";
import { useAround, useWords } from "./context.ts";
import { Icon } from "./icons.tsx";

export interface HeaderProps {
  title: string;
  note: string;
  onBack?: () => void;
}

export function Header({ title, note, onBack }: HeaderProps): JSX.Element {
  const { host, place } = useAround();
  const words = useWords();
  return (
    <header class="header">
      {onBack && (
        <button type="button" class="quiet" aria-label={words.back} onClick={onBack}>
          <Icon name="back" />
        </button>
      )}
      <div class="header-words">
        <h1 dir="auto" tabIndex={-1}>
          {title}
        </h1>
        {note && <p dir="auto">{note}</p>}
      </div>
      {!place.isInline && (
        <button
          type="button"
          class="quiet"
          aria-label={words.close}
          onClick={() => host.say({ type: "close" })}
        >
          <Icon name="close" />
        </button>
      )}
    </header>
  );
}
