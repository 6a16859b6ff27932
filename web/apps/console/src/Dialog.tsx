// The frame of a dialog of the console: a title, a way out, and what it is about.
import { Icon, useModal, useWords } from "@beseda/react";
import { type ReactNode, useId, useRef } from "react";

export interface DialogProps {
  title: string;
  onEnd: () => void;
  children: ReactNode;
}

export function Dialog({ title, onEnd, children }: DialogProps): ReactNode {
  const kit = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useModal(dialog);
  return (
    <dialog
      ref={dialog}
      className="bs-confirm console-dialog"
      aria-labelledby={titleId}
      onClose={() => dialog.current?.open || onEnd()}
    >
      <header>
        <h2 id={titleId} className="bs-title">
          {title}
        </h2>
        <button type="button" className="bs-quiet" aria-label={kit.close} onClick={onEnd}>
          <Icon name="close" />
        </button>
      </header>
      {children}
    </dialog>
  );
}
