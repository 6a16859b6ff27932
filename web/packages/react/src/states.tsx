// What stands in the place of a thread, or under it: nothing yet, refused, read only, and who types.
import type { Trouble } from "@beseda/client";
import type { ReactNode } from "react";
import { Sheets } from "./icons.tsx";
import type { ThreadSnapshot } from "./thread.ts";
import { sentenceFor } from "./trouble.ts";
import { useWords } from "./words/index.ts";

interface RefusedProps {
  /** The close code of the link; 0 where a call was refused. */
  code: number;
  trouble: Trouble | null;
  onRetry: () => void;
}

export function Refused({ code, trouble, onRetry }: RefusedProps): ReactNode {
  const words = useWords();
  const why: Record<number, string> = {
    4000: words.refused4000,
    4001: words.refused4001,
    4003: words.refused4003,
  };
  const isNone = trouble?.kind === "missing" || trouble?.kind === "forbidden";
  const told = trouble && !isNone ? sentenceFor(trouble, words) : why[isNone ? 4003 : code];
  return (
    <div className="bs-state" role="alert">
      <h2>{words.refusedTitle}</h2>
      <p>{told ?? words.troubleServer}</p>
      <button type="button" className="bs-button" onClick={onRetry}>
        {words.retry}
      </button>
    </div>
  );
}

export function Empty({ onWrite }: { onWrite: () => void }): ReactNode {
  const words = useWords();
  return (
    <div className="bs-state">
      <Sheets />
      <h2>{words.noMessages}</h2>
      <p>{words.emptyThread}</p>
      <button type="button" className="bs-button" onClick={onWrite}>
        {words.write}
      </button>
    </div>
  );
}

/** In the place of the field where one may not write. */
export function ReadOnly({ snapshot }: { snapshot: ThreadSnapshot }): ReactNode {
  const words = useWords();
  return <p className="bs-read-only">{snapshot.room?.closed ? words.closed : words.readOnly}</p>;
}

export function ThreadSkeleton(): ReactNode {
  return (
    <div className="bs-thread-skeleton bs-late" aria-hidden="true">
      {["52%", "34%", "61%", "28%", "44%", "56%"].map((width, index) => (
        <span key={width} data-mine={index % 2 === 1} style={{ inlineSize: width }} />
      ))}
    </div>
  );
}

/** Floats over the end of the thread, which leaves room for it: nothing moves when somebody begins to type. */
export function TypingLine({ snapshot, self }: { snapshot: ThreadSnapshot; self: string }) {
  const words = useWords();
  const { members, typing, room } = snapshot;
  const others = typing.filter((id) => id !== self);
  const names = others
    .map((id) => members.find(({ person }) => person.id === id)?.person)
    .map((person) => person?.first_name || person?.name || "")
    .filter(Boolean)
    .slice(0, 3);
  return (
    <p className="bs-typing" role="status">
      {others.length > 0 && (
        <span className="bs-typing-words">
          <span className="bs-pulse" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {(room?.member_count ?? 0) > 2 && names.length > 0 && <bdi>{names.join(", ")}</bdi>}
          <span>{words.typing}</span>
        </span>
      )}
    </p>
  );
}
