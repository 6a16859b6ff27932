// Where a message is written: grows with its text, keeps it as a draft, and never cuts it.
import type { Chat, ChatRoom } from "@beseda/client";
import { isBlank } from "@beseda/react/said";
import type { JSX, RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { isTouch, useAround, useWords } from "./context.ts";
import { Icon } from "./icons.tsx";
import { later } from "./later.tsx";
import { useWatched } from "./useWatched.ts";

const Attached = later(
  async () => (await import("./Attached.tsx")).Attached,
  () => null,
);

/** The server's default `limits.text_chars`, until it has told what it takes. */
const LONGEST = 10_000;
/** The counter appears from here on: a share of what is taken. */
const NEAR = 0.9;

export function Composer({ chat, room }: { chat: Chat; room: ChatRoom }): JSX.Element {
  const { host, place } = useAround();
  const words = useWords();
  const field = useRef<HTMLTextAreaElement>(null);
  const [files, setFiles] = useState<readonly File[]>([]);
  const [trouble, setTrouble] = useState("");
  const text = place.drafts[room.key] ?? "";
  const longest = useWatched(chat.limits)?.text_chars?.value ?? LONGEST;
  const length = [...text].length;
  const canSend = (!isBlank(text) || files.length > 0) && length <= longest;
  useGrowth(field, text);
  useOpenedFocus(field);

  const put = (chosen: readonly File[]) => {
    // A folder and an empty file both say that there is nothing in them.
    const empty = chosen.find(({ size }) => size === 0);
    setTrouble(empty ? words.emptyFile(empty.name) : "");
    setFiles([...files, ...chosen.filter(({ size }) => size > 0)]);
  };
  const submit = () => {
    if (!canSend) return;
    room.send({ text: text.trim(), files });
    host.draft(room.key, "");
    setFiles([]);
    setTrouble("");
    field.current?.focus();
  };
  const change = (next: string) => {
    host.draft(room.key, next);
    if (isBlank(next)) room.typing.stop();
    else room.typing.key();
  };
  const key = (event: KeyboardEvent) => {
    // While an input method composes, Enter chooses a word; 229 is how older ones say so.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key !== "Enter" || event.shiftKey || isTouch()) return;
    event.preventDefault();
    submit();
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        put([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      {files.length > 0 && (
        <Attached
          files={files}
          onDetach={(gone) => setFiles(files.filter((one) => one !== gone))}
        />
      )}
      {trouble && (
        <p class="wrong" role="alert">
          {trouble}
        </p>
      )}
      <div class="composer-line">
        <AttachButton onChosen={put} />
        <textarea
          ref={field}
          class="field"
          rows={1}
          value={text}
          placeholder={words.placeholder}
          aria-label={words.question}
          enterkeyhint={isTouch() ? "enter" : "send"}
          dir="auto"
          onInput={(event) => change(event.currentTarget.value)}
          onKeyDown={key}
          onPaste={(event) => {
            const types = event.clipboardData?.types ?? [];
            const pasted = [...(event.clipboardData?.files ?? [])];
            // Where there is text too, the text is meant.
            if (pasted.length === 0 || types.includes("text/plain")) return;
            event.preventDefault();
            put(pasted);
          }}
          onBlur={() => room.typing.stop()}
        />
        <button type="submit" class="send" aria-label={words.send} disabled={!canSend}>
          <Icon name="send" />
        </button>
      </div>
      {length >= longest * NEAR && <Counter left={longest - length} />}
    </form>
  );
}

function AttachButton({ onChosen }: { onChosen: (files: readonly File[]) => void }): JSX.Element {
  const words = useWords();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        class="quiet"
        aria-label={words.attach}
        onClick={() => input.current?.click()}
      >
        <Icon name="attach" />
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={(event) => {
          onChosen([...(event.currentTarget.files ?? [])]);
          // The same file can be chosen again.
          event.currentTarget.value = "";
        }}
      />
    </>
  );
}

function Counter({ left }: { left: number }): JSX.Element {
  const words = useWords();
  return (
    <p class="counter" data-over={left < 0} role="status">
      {left < 0 ? words.tooLong(-left) : words.counter(left)}
    </p>
  );
}

/** The field is as high as its text; the style sheet ends that at six rows. */
function useGrowth(field: RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    const element = field.current;
    if (!element || element.value !== text) return;
    element.style.blockSize = "auto";
    // Where the panel is closed nothing has a size.
    const { scrollHeight, offsetHeight, clientHeight } = element;
    if (scrollHeight > 0)
      element.style.blockSize = `${scrollHeight + offsetHeight - clientHeight}px`;
  }, [field, text]);
}

/** Whoever has opened the chat themselves begins to write; on a phone the keyboard waits to be asked for. */
function useOpenedFocus(field: RefObject<HTMLTextAreaElement | null>): void {
  const { takesFocus, isShown } = useAround().place.shown;
  useEffect(() => {
    if (!takesFocus || !isShown) return;
    if (isTouch()) document.querySelector("h1")?.focus();
    else field.current?.focus();
  }, [field, takesFocus, isShown]);
}
