// What lies over a room's window: the menu of a message, a picture in full, a question, and what went wrong.
import type { Message, Right, Trouble } from "@beseda/client";
import type { ReactNode, RefObject } from "react";
import { ConfirmDialog } from "./ConfirmDialog.tsx";
import { useChat, useEmojiUrl } from "./context.tsx";
import { EmojiPicker } from "./emoji/EmojiPicker.tsx";
import { type ShownFile, shownFile } from "./files.ts";
import { Lightbox, type LightboxPicture } from "./lightbox/Lightbox.tsx";
import type { Place } from "./Menu.tsx";
import { MessageMenu, type MessageWays } from "./MessageMenu.tsx";
import type { MessageRow } from "./rows.ts";
import type { Thread } from "./thread.ts";
import { sentenceFor } from "./trouble.ts";
import { useWords } from "./words/index.ts";

/** What is open, one at a time. */
export type Opened =
  | { is: "menu"; row: MessageRow; place: Place }
  | { is: "viewer"; row: MessageRow; file: ShownFile }
  | { is: "emoji"; row: MessageRow }
  | { is: "removing"; row: MessageRow }
  | null;

export interface LayersProps {
  opened: Opened;
  thread: Thread;
  /** The messages that are shown: their pictures can be leafed through. */
  shown: readonly Message[];
  can: ReadonlySet<Right>;
  ways: MessageWays;
  window: RefObject<HTMLElement | null>;
  /** Why what was tried last did not happen. */
  trouble: Trouble | null;
  onEnd(): void;
}

export default function Layers(props: LayersProps): ReactNode {
  const { opened, thread, shown, can, ways, window, trouble, onEnd } = props;
  const words = useWords();
  const { session } = useChat();
  const emojiUrl = useEmojiUrl();
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
      {opened?.is === "viewer" && (
        <Lightbox
          pictures={picturesIn(shown)}
          start={opened.file.path ?? ""}
          load={(path) => session.bytes(path)}
          onClose={end}
        />
      )}
      {opened?.is === "emoji" && emojiUrl && (
        <EmojiPicker
          dataUrl={emojiUrl}
          onPick={(emoji) => {
            const { message } = opened.row;
            if (message) ways.react(message, emoji);
            end();
          }}
          onClose={end}
        />
      )}
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

function picturesIn(shown: readonly Message[]): LightboxPicture[] {
  return shown
    .flatMap(({ files }) => files?.map(shownFile) ?? [])
    .flatMap(({ path, name, width, height, isPicture }) =>
      isPicture && path ? [{ url: path, name, width, height }] : [],
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
