// What lies over a room's window: the menu of a message, a picture in full, a question, and what went wrong.
import type { Right, Trouble } from "@beseda/client";
import type { ReactNode, RefObject } from "react";
import { ConfirmDialog } from "./ConfirmDialog.tsx";
import type { ShownFile } from "./files.ts";
import { MessageMenu, type MessageWays, type Place } from "./MessageMenu.tsx";
import type { MessageRow } from "./rows.ts";
import type { Thread } from "./thread.ts";
import { sentenceFor } from "./trouble.ts";
import { Viewer } from "./Viewer.tsx";
import { useWords } from "./words/index.ts";

/** What is open, one at a time. */
export type Opened =
  | { is: "menu"; row: MessageRow; place: Place }
  | { is: "viewer"; row: MessageRow; file: ShownFile }
  | { is: "removing"; row: MessageRow }
  | null;

export interface LayersProps {
  opened: Opened;
  thread: Thread;
  can: ReadonlySet<Right>;
  ways: MessageWays;
  window: RefObject<HTMLElement | null>;
  /** Why what was tried last did not happen. */
  trouble: Trouble | null;
  onEnd(): void;
}

export function Layers({ opened, thread, can, ways, window, trouble, onEnd }: LayersProps) {
  const words = useWords();
  /** What opened it is gone with the message's actions: its row is not. */
  const end = () => {
    onEnd();
    const { key } = opened?.row ?? {};
    if (key !== undefined) requestAnimationFrame(() => focusRow(window.current, key));
  };
  return (
    <>
      {opened?.is === "menu" && (
        <MessageMenu row={opened.row} place={opened.place} can={can} ways={ways} onEnd={end} />
      )}
      {opened?.is === "viewer" && <Viewer file={opened.file} onEnd={end} />}
      {opened?.is === "removing" && (
        <ConfirmDialog
          title={words.removeAsk}
          hint={words.removeHint}
          verb={words.remove}
          act={async () => {
            const { message } = opened.row;
            if (message) await thread.erase(message.seq);
          }}
          onEnd={end}
        />
      )}
      <Toast trouble={trouble} />
    </>
  );
}

function Toast({ trouble }: { trouble: Trouble | null }): ReactNode {
  const words = useWords();
  return (
    <div role="alert">{trouble && <p className="bs-toast">{sentenceFor(trouble, words)}</p>}</div>
  );
}

function focusRow(window: HTMLElement | null, key: string): void {
  // Whoever writes by now keeps the field.
  if (document.activeElement?.closest("textarea, dialog, [role=menu]")) return;
  const row = window?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
  row?.focus({ preventScroll: true });
}
