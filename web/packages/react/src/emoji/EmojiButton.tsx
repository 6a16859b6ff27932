// The button beside a field that opens all emoji.
import { type ReactNode, type RefObject, useRef, useState } from "react";
import { insertInto } from "../completion/insert.ts";
import { useEmojiUrl } from "../context.tsx";
import { Icon } from "../icons.tsx";
import { isTouch } from "../screen.ts";
import { useWords } from "../words/index.ts";
import { EmojiPicker } from "./EmojiPicker.tsx";

/** Opens all emoji; nothing where the page has none. */
export default function EmojiButton(props: {
  field: RefObject<HTMLTextAreaElement | null>;
  disabled: boolean;
}): ReactNode {
  const { field, disabled } = props;
  const words = useWords();
  const emojiUrl = useEmojiUrl();
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  if (!emojiUrl) return null;
  const close = () => {
    setOpen(false);
    if (!isTouch()) requestAnimationFrame(() => field.current?.focus());
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className="bs-quiet bs-emoji-button"
        title={words.emoji}
        aria-label={words.emoji}
        aria-haspopup="dialog"
        disabled={disabled}
        onClick={() => setOpen(true)}
      >
        <Icon name="smile" />
      </button>
      {isOpen && (
        <EmojiPicker
          dataUrl={emojiUrl}
          opener={button}
          onPick={(emoji) => field.current && insertInto(field.current, emoji)}
          onClose={close}
        />
      )}
    </>
  );
}
