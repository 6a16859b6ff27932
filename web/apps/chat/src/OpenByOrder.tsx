// Opens the room of an order whose number somebody has at hand.
import { asTrouble } from "@beseda/client";
import { Icon, sentenceFor, useOpening, useRooms, useWords } from "@beseda/react";
import { type FormEvent, type ReactNode, useState } from "react";
import { usePageWords } from "./words.ts";

export function OpenByOrder({ onOpen }: { onOpen: (room: string) => void }): ReactNode {
  const opening = useOpening();
  const words = usePageWords();
  const kit = useWords();
  const [why, setWhy] = useState("");
  const { rooms } = useRooms();
  // Where orders have texts for names, a keyboard of digits alone would be in the way.
  const digits = rooms?.length && rooms.every(({ key }) => /^(order:)?\d+$/.test(key));
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const order = String(new FormData(form).get("order")).trim();
    setWhy("");
    try {
      const room = await opening(order);
      form.reset();
      onOpen(room);
    } catch (error) {
      const trouble = asTrouble(error);
      const closed = trouble.kind === "missing" || trouble.kind === "forbidden";
      setWhy(closed ? words.noAccess : sentenceFor(trouble, kit));
    }
  };
  return (
    <form className="open-order" onSubmit={(event) => void submit(event)}>
      <div className="open-order-line">
        <span className="open-order-sign" aria-hidden="true">
          #
        </span>
        <input
          name="order"
          inputMode={digits ? "numeric" : "text"}
          required
          autoComplete="off"
          autoCapitalize="none"
          aria-label={words.openByOrder}
          placeholder={words.openByOrder}
        />
        <button type="submit" title={kit.openChat} aria-label={kit.openChat}>
          <Icon name="plus" />
        </button>
      </div>
      <p role="alert">{why}</p>
    </form>
  );
}
