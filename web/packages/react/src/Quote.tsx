// What a message answers: who said it, and the first line of it. A press goes there.
import type { Quotation } from "@beseda/client";
import type { ReactNode } from "react";
import { hueOf } from "./people.ts";
import { useWords } from "./words/index.ts";

export function Quote({ quoted, onOpen }: { quoted: Quotation; onOpen: () => void }): ReactNode {
  const words = useWords();
  const { author, excerpt, erased } = quoted;
  return (
    <button
      type="button"
      className="bs-quote"
      tabIndex={-1}
      data-hue={hueOf(author?.id ?? "")}
      title={words.toQuoted}
      onClick={onOpen}
    >
      <bdi className="bs-quote-name">{author?.name ?? words.notice}</bdi>
      <span className="bs-quote-text" data-erased={erased}>
        <bdi>{erased ? words.removed : excerpt || words.file}</bdi>
      </span>
    </button>
  );
}
