// One field that finds rooms, people to write to, and messages. It comes when somebody searches.
import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useRef } from "react";
import { Icon } from "../icons.tsx";
import { isTouch } from "../screen.ts";
import { useWords } from "../words/index.ts";
import { SearchResults } from "./SearchResults.tsx";

export interface SearchPaneProps {
  /** What is typed. */
  query: string;
  onQuery(query: string): void;
  /** Opens a room, at a message where one was found. */
  onSelect(room: string, seq?: number): void;
  /** Back to the list. */
  onEnd(): void;
  /** Where a result leads when it is opened in another tab. */
  hrefOf?(room: string, seq?: number): string;
}

export function SearchPane({ query, onQuery, onEnd, ...ways }: SearchPaneProps): ReactNode {
  const words = useWords();
  const pane = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  useFieldFocus(field);
  const key = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      onEnd();
    }
    step(event, pane.current);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the field and the results in it
    <div ref={pane} className="bs-search" onKeyDown={key}>
      <div className="bs-search-line">
        <Icon name="search" />
        <input
          ref={field}
          className="bs-field"
          type="search"
          value={query}
          onChange={(event) => onQuery(event.target.value)}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          aria-label={words.searchFor}
          placeholder={words.searchFor}
          data-result=""
        />
      </div>
      <SearchResults query={query} {...ways} />
    </div>
  );
}

/** Whoever comes to search begins to type. Where that brings a keyboard up, they say so themselves. */
function useFieldFocus(field: RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    if (!isTouch()) field.current?.focus();
  }, [field]);
}

/** The arrows go through the field and everything that was found. */
function step(event: KeyboardEvent, pane: HTMLElement | null): void {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by || !pane) return;
  const stops = [...pane.querySelectorAll<HTMLElement>("[data-result]")];
  const at = stops.indexOf(event.target as HTMLElement);
  const next = stops[at + by];
  if (at < 0 || !next) return;
  event.preventDefault();
  next.focus();
}
