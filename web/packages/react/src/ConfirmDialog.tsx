// Asks before something that cannot be undone.
import { type ReactNode, useId, useRef, useState } from "react";
import { useModal } from "./useModal.ts";
import { useWords } from "./words/index.ts";

export interface ConfirmDialogProps {
  title: string;
  hint: string;
  /** The word on the button that does it. */
  verb: string;
  act: () => Promise<void>;
  onEnd: () => void;
}

export function ConfirmDialog({ title, hint, verb, act, onEnd }: ConfirmDialogProps): ReactNode {
  const words = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const [failed, setFailed] = useState(false);
  const titleId = useId();
  useModal(dialog);
  const run = async () => {
    try {
      await act();
      onEnd();
    } catch {
      setFailed(true);
    }
  };
  return (
    <dialog
      ref={dialog}
      className="bs-confirm"
      aria-labelledby={titleId}
      onClose={() => dialog.current?.open || onEnd()}
    >
      <h2 id={titleId} className="bs-title">
        {title}
      </h2>
      <p role={failed ? "alert" : undefined}>{failed ? words.changeFailed : hint}</p>
      <div className="bs-confirm-buttons">
        <button type="button" className="bs-button" data-kind="plain" onClick={onEnd}>
          {words.cancel}
        </button>
        <button type="button" className="bs-button" data-kind="danger" onClick={() => void run()}>
          {verb}
        </button>
      </div>
    </dialog>
  );
}
