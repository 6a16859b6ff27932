// A button for an order's page: opens the order's chat in a dialog above it.
import { asTrouble, type Trouble } from "@beseda/client";
import type { Id } from "@beseda/client/order-rooms";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { ChatWindow } from "./ChatWindow.tsx";
import { Icon } from "./icons.tsx";
import { sentenceFor } from "./trouble.ts";
import { useModal } from "./useModal.ts";
import { useOpening } from "./useOpening.ts";
import { useWords } from "./words/index.ts";

export interface OrderChatButtonProps {
  orderId: Id;
}

export function OrderChatButton({ orderId }: OrderChatButtonProps): ReactNode {
  const words = useWords();
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="bs-button" onClick={() => setOpen(true)}>
        <Icon name="chat" />
        {words.openChat}
      </button>
      {/* Out of the host's element, so that its rules for what is inside do not reach the dialog. */}
      {open &&
        createPortal(
          <OrderChatDialog orderId={orderId} onClose={() => setOpen(false)} />,
          document.body,
        )}
    </>
  );
}

function OrderChatDialog({ orderId, onClose }: { orderId: Id; onClose: () => void }) {
  const words = useWords();
  const open = useOpening();
  const dialog = useRef<HTMLDialogElement>(null);
  const [roomId, setRoomId] = useState<string | null>(null);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [tries, setTries] = useState(0);

  useModal(dialog);
  // biome-ignore lint/correctness/useExhaustiveDependencies: every further try asks again
  useEffect(() => {
    let wanted = true;
    open(orderId).then(
      (key) => wanted && setRoomId(key),
      (error: unknown) => wanted && setTrouble(asTrouble(error)),
    );
    return () => {
      wanted = false;
    };
  }, [open, orderId, tries]);

  const again = () => {
    setTrouble(null);
    setTries(tries + 1);
  };
  return (
    <dialog
      ref={dialog}
      className="bs-order-dialog"
      aria-label={words.orderChat}
      onClose={() => dialog.current?.open || onClose()}
    >
      {roomId !== null && <ChatWindow roomId={roomId} title={words.orderChat} onClose={onClose} />}
      {roomId === null && (
        <section className="bs-window">
          <header className="bs-header">
            <div className="bs-header-words">
              <h2 className="bs-title">{words.orderChat}</h2>
            </div>
            <button type="button" className="bs-quiet" aria-label={words.close} onClick={onClose}>
              <Icon name="close" />
            </button>
          </header>
          {trouble && (
            <div className="bs-state" role="alert">
              <h2>{words.refusedTitle}</h2>
              <p>{sentenceFor(trouble, words)}</p>
              <button type="button" className="bs-button" onClick={again}>
                {words.retry}
              </button>
            </div>
          )}
        </section>
      )}
    </dialog>
  );
}
