// The canned replies, to be made, changed and deleted.
import { asTrouble, type Trouble } from "@beseda/client";
import type { CannedReply } from "@beseda/client/desk";
import { Icon, sentenceFor, useWords } from "@beseda/react";
import { ConfirmDialog } from "@beseda/react/confirm";
import { type FormEvent, type ReactNode, useState } from "react";
import { Dialog } from "./Dialog.tsx";
import { useDesk } from "./desk.ts";
import type { Replies } from "./replies.ts";
import { useConsoleWords } from "./words.ts";

type Wish = { is: "edit"; reply: CannedReply | null } | { is: "remove"; reply: CannedReply } | null;

export function RepliesDialog({
  all,
  trouble,
  load,
  onEnd,
}: Replies & { onEnd: () => void }): ReactNode {
  const words = useConsoleWords();
  const kit = useWords();
  const { calls } = useDesk();
  const [wish, setWish] = useState<Wish>(null);
  const done = async () => {
    setWish(null);
    await load();
  };
  return (
    <Dialog title={words.replies} onEnd={onEnd}>
      {trouble && (
        <p className="console-trouble" role="alert">
          <span>{sentenceFor(trouble, kit)}</span>
          <button type="button" className="bs-link" onClick={() => void load()}>
            {kit.retry}
          </button>
        </p>
      )}
      {wish?.is === "edit" ? (
        <ReplyForm
          key={wish.reply?.id ?? ""}
          reply={wish.reply}
          onDone={() => void done()}
          onCancel={() => setWish(null)}
        />
      ) : (
        <>
          {all.length === 0 && <p className="console-hint">{words.repliesEmpty}</p>}
          <ul className="replies">
            {all.map((reply) => (
              <li key={reply.id}>
                <div>
                  <bdi className="reply-title">{reply.title}</bdi>{" "}
                  <bdi className="context-shortcut">/{reply.shortcut}</bdi>
                  <p className="reply-text">{reply.text}</p>
                </div>
                <button
                  type="button"
                  className="bs-quiet"
                  aria-label={`${kit.edit}: ${reply.title}`}
                  onClick={() => setWish({ is: "edit", reply })}
                >
                  <Icon name="edit" />
                </button>
                <button
                  type="button"
                  className="bs-quiet"
                  aria-label={`${kit.remove}: ${reply.title}`}
                  onClick={() => setWish({ is: "remove", reply })}
                >
                  <Icon name="remove" />
                </button>
              </li>
            ))}
          </ul>
          <button
            type="button"
            className="bs-button"
            onClick={() => setWish({ is: "edit", reply: null })}
          >
            <Icon name="plus" />
            {words.replyNew}
          </button>
        </>
      )}
      {wish?.is === "remove" && (
        <ConfirmDialog
          title={words.removeAsk}
          hint={words.removeHint}
          verb={kit.remove}
          act={() => calls.removeReply(wish.reply.id).then(load)}
          onEnd={() => setWish(null)}
        />
      )}
    </Dialog>
  );
}

interface ReplyFormProps {
  /** Null for a new one. */
  reply: CannedReply | null;
  onDone: () => void;
  onCancel: () => void;
}

function ReplyForm({ reply, onDone, onCancel }: ReplyFormProps): ReactNode {
  const words = useConsoleWords();
  const kit = useWords();
  const { calls } = useDesk();
  // Kept over all tries: a retry makes the same reply and no second one.
  const [id] = useState(() => reply?.id ?? crypto.randomUUID());
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const filled = new FormData(event.currentTarget);
    const [shortcut = "", title = "", text = ""] = ["shortcut", "title", "text"].map((name) =>
      String(filled.get(name)).trim(),
    );
    setTrouble(null);
    try {
      await calls.putReply(id, { shortcut, title, text });
      onDone();
    } catch (error) {
      setTrouble(asTrouble(error));
    }
  };
  return (
    <form className="console-form" onSubmit={(event) => void submit(event)}>
      <label>
        <span>{words.replyTitle}</span>
        <input name="title" defaultValue={reply?.title} maxLength={200} required />
      </label>
      <label>
        <span>{words.replyShortcut}</span>
        <input
          name="shortcut"
          defaultValue={reply?.shortcut}
          maxLength={32}
          autoCapitalize="none"
          pattern="[\p{L}\p{N}_\-]+"
          required
        />
      </label>
      <label>
        <span>{words.replyText}</span>
        <textarea name="text" defaultValue={reply?.text} rows={5} required />
      </label>
      <p className="console-hint">{words.repliesHint}</p>
      {trouble && (
        <p className="console-trouble" role="alert">
          {trouble.code === "shortcut_taken" ? words.replyTaken : sentenceFor(trouble, kit)}
        </p>
      )}
      <div className="bs-confirm-buttons">
        <button type="button" className="bs-button" data-kind="plain" onClick={onCancel}>
          {kit.cancel}
        </button>
        <button type="submit" className="bs-button">
          {kit.save}
        </button>
      </div>
    </form>
  );
}
