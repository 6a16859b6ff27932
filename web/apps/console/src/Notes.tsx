// What the staff notes about a conversation: slips in a room of their own, which nobody else is in.
import { asTrouble, type Trouble } from "@beseda/client";
import { dateAndClock, sentenceFor, useChat, useRoom, useSelf, useWords } from "@beseda/react";
import { type FormEvent, type KeyboardEvent, type ReactNode, useEffect, useState } from "react";
import { LockIcon } from "./LockIcon.tsx";
import { useConsoleWords } from "./words.ts";

export interface NotesProps {
  /** The room that they are about. */
  room: string;
  /** The key of the room that they are in. */
  notes: string;
}

export function Notes({ room, notes }: NotesProps): ReactNode {
  const words = useConsoleWords();
  const kit = useWords();
  const { isOpen, trouble, retry } = useOpened(notes);
  return (
    <section className="context-part notes">
      <h2>
        <LockIcon />
        {words.notes}
      </h2>
      {trouble && (
        <p className="console-trouble" role="alert">
          <span>
            {words.notesFailed} {sentenceFor(trouble, kit)}
          </span>
          <button type="button" className="bs-link" onClick={retry}>
            {kit.retry}
          </button>
        </p>
      )}
      {isOpen && <Slips key={room} notes={notes} />}
    </section>
  );
}

/** The room of the notes stands once somebody has opened it. */
function useOpened(notes: string) {
  const chat = useChat();
  const self = useSelf();
  const [told, setTold] = useState<{ of: string; trouble: Trouble | null } | null>(null);
  const [tries, setTries] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: every further try asks again
  useEffect(() => {
    if (self === "") return;
    let wanted = true;
    chat.calls.make({ key: notes }).then(
      () => wanted && setTold({ of: notes, trouble: null }),
      (error: unknown) => wanted && setTold({ of: notes, trouble: asTrouble(error) }),
    );
    return () => {
      wanted = false;
    };
  }, [chat, self, notes, tries]);
  const now = told?.of === notes ? told : null;
  return {
    isOpen: now !== null && now.trouble === null,
    trouble: now?.trouble ?? null,
    retry: () => setTries(tries + 1),
  };
}

function Slips({ notes }: { notes: string }): ReactNode {
  const words = useConsoleWords();
  const kit = useWords();
  const { thread, snapshot } = useRoom(notes);
  const self = useSelf();
  const { shown, unsent, loaded, hasBefore } = snapshot;
  const standing = shown.filter(({ erased_at }) => !erased_at);
  return (
    <>
      {hasBefore && (
        <button type="button" className="bs-link" onClick={() => void thread.older()}>
          {words.more}
        </button>
      )}
      <ul className="slips" aria-live="polite">
        {standing.map(({ seq, author, text, created_at }) => (
          <li key={seq} className="slip">
            <p className="slip-by">
              <bdi>{author?.id === self ? kit.you : author?.name}</bdi>
              <time dateTime={created_at}>{dateAndClock(new Date(created_at))}</time>
            </p>
            <p className="slip-text" dir="auto">
              {text}
            </p>
          </li>
        ))}
        {unsent.map((one) => (
          <li key={one.client_id} className="slip">
            <p className="slip-by">
              <bdi>{kit.you}</bdi>
              {one.state === "refused" && (
                <button
                  type="button"
                  className="bs-link"
                  onClick={() => thread.room.retry(one.client_id)}
                >
                  {kit.retry}
                </button>
              )}
            </p>
            <p className="slip-text" dir="auto">
              {one.text}
            </p>
          </li>
        ))}
      </ul>
      {loaded && standing.length + unsent.length === 0 && (
        <p className="console-hint">{words.notesEmpty}</p>
      )}
      <NoteField onSend={(text) => thread.room.send({ text })} />
    </>
  );
}

function NoteField({ onSend }: { onSend: (text: string) => void }): ReactNode {
  const words = useConsoleWords();
  const [text, setText] = useState("");
  const send = () => {
    if (!text.trim()) return;
    onSend(text.trim());
    setText("");
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };
  const key = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form className="note-form" onSubmit={submit}>
      <textarea
        className="note-field"
        rows={2}
        value={text}
        dir="auto"
        aria-label={words.notePlaceholder}
        placeholder={words.notePlaceholder}
        onChange={({ target }) => setText(target.value)}
        onKeyDown={key}
      />
      <button type="submit" disabled={!text.trim()}>
        <LockIcon />
        {words.noteSend}
      </button>
    </form>
  );
}
