// A section of what a search has found: its items, or in words why there are none yet.
import { type ReactNode, useId } from "react";
import { sentenceFor } from "../trouble.ts";
import { useWords } from "../words/index.ts";
import type { Parts } from "./useParts.ts";

interface SectionProps {
  title: string;
  /** What it is waiting for; null where everything is here already. */
  parts: Parts<unknown> | null;
  /** How many items there are. */
  count: number;
  children: ReactNode;
}

/** Nothing at all where nothing was found: that is said once for all sections. */
export function Section({ title, parts, count, children }: SectionProps): ReactNode {
  const words = useWords();
  const id = useId();
  const { trouble = null, isLoading = false, hasMore = false } = parts ?? {};
  if (count === 0 && !trouble && !isLoading) return null;
  return (
    <section className="bs-found" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {count > 0 && <ul>{children}</ul>}
      {isLoading && <p className="bs-found-note bs-late">{words.searching}</p>}
      {trouble && (
        <p className="bs-found-note" role="alert">
          {sentenceFor(trouble, words)}{" "}
          <button type="button" className="bs-link" onClick={parts?.more} data-result="">
            {words.retry}
          </button>
        </p>
      )}
      {hasMore && !isLoading && !trouble && (
        <p className="bs-found-note">
          <button
            type="button"
            className="bs-button"
            data-kind="plain"
            onClick={parts?.more}
            data-result=""
          >
            {words.more}
          </button>
        </p>
      )}
    </section>
  );
}
