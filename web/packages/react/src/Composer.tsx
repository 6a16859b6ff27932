// Where a message is written: grows with its text, keeps it as a draft, and never cuts it.
import type { Limits } from "@beseda/client";
import {
  type ClipboardEvent,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { AttachButton, type Attachment, Chip } from "./Attachment.tsx";
import { isTouch, useChat, useClient, useNewest, useObserved } from "./context.tsx";
import { Icon } from "./icons.tsx";
import { isBlank } from "./said.ts";
import type { RoomId, ThreadRoom } from "./thread.ts";
import { never } from "./useRooms.ts";
import { useWords } from "./words/index.ts";

/** The server's default `limits.text_chars`, until it has told what it takes. */
const LONGEST = 10_000;
/** The counter appears from here on: a share of what is taken. */
const NEAR = 0.9;
/** A draft is kept this long after the last key, in milliseconds. */
const DRAFT_PAUSE = 300;

/** A message that is being changed. */
export interface Editing {
  id: number;
  text: string;
}

export interface ComposerProps {
  room: ThreadRoom;
  isConnected: boolean;
  field: RefObject<HTMLTextAreaElement | null>;
  editing: Editing | null;
  attachment: Attachment;
  onEditEnd: () => void;
  /** ArrowUp in an empty field. */
  onEditLast: () => void;
  onSent: () => void;
}

export function Composer(props: ComposerProps): ReactNode {
  const { room, isConnected, field, editing, attachment, onEditEnd, onEditLast, onSent } = props;
  const words = useWords();
  const [text, setText] = useText(room, editing);
  const [failed, setFailed] = useState(false);
  useGrowth(field, text);
  useFocusKept(field, !isConnected);

  const longest = useLongest();
  const near = longest * NEAR;
  const length = text.length < near ? text.length : [...text].length;
  const file = editing ? null : attachment.file;
  const canSend = isConnected && (!isBlank(text) || file !== null) && length <= longest;

  const submit = async () => {
    if (!canSend) return;
    if (!editing) {
      room.send(text.trim(), file ?? undefined);
      setText("");
      attachment.clear();
      onSent();
      return;
    }
    setFailed(false);
    try {
      await room.edit(editing.id, text.trim());
      onEditEnd();
    } catch {
      setFailed(true);
    }
  };

  const change = (next: string) => {
    setText(next);
    if (editing || isBlank(next)) room.typingVoice.stop();
    else room.typingVoice.key();
  };

  const key = (event: KeyboardEvent) => {
    const act = actOf(event, text === "", editing !== null);
    if (!act) return;
    event.preventDefault();
    if (act === "send") void submit();
    else if (act === "editLast") onEditLast();
    else {
      event.stopPropagation();
      onEditEnd();
    }
  };

  const paste = (event: ClipboardEvent) => {
    const { types, files } = event.clipboardData;
    // Where there is text too, the text is meant: a copied cell or page brings a picture of itself.
    if (editing || files.length === 0 || types.includes("text/plain")) return;
    event.preventDefault();
    attachment.put([...files]);
  };

  return (
    <form
      className="bs-composer"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
        field.current?.focus();
      }}
    >
      {editing && <EditStrip text={editing.text} failed={failed} onEnd={onEditEnd} />}
      {!editing && <Chip attachment={attachment} field={field} />}
      <div className="bs-composer-line">
        {!editing && <AttachButton attachment={attachment} field={field} disabled={!isConnected} />}
        <textarea
          ref={field}
          className="bs-field"
          rows={1}
          value={text}
          disabled={!isConnected}
          placeholder={words.placeholder}
          aria-label={words.message}
          enterKeyHint={isTouch() ? "enter" : "send"}
          dir="auto"
          onChange={(event) => change(event.target.value)}
          onKeyDown={key}
          onPaste={paste}
          onBlur={() => room.typingVoice.stop()}
        />
        <button type="submit" className="bs-send" disabled={!canSend}>
          <Icon name={editing ? "check" : "send"} />
          <span className="bs-send-text">{editing ? words.save : words.send}</span>
        </button>
      </div>
      {length >= near && <Counter left={longest - length} />}
    </form>
  );
}

/** What a key means here; null when it is only a letter. */
function actOf(event: KeyboardEvent, empty: boolean, editing: boolean) {
  // While an input method composes, Enter chooses a word; 229 is how older ones say so.
  if (event.nativeEvent.isComposing || event.keyCode === 229) return null;
  if (event.key === "Enter" && !event.shiftKey && !isTouch()) return "send";
  if (event.key === "Escape" && editing) return "endEdit";
  if (event.key === "ArrowUp" && empty && !editing) return "editLast";
  return null;
}

function Counter({ left }: { left: number }): ReactNode {
  const words = useWords();
  return (
    <p className="bs-counter" data-over={left < 0} role="status">
      {left < 0 ? words.tooLong(-left) : words.counter(left)}
    </p>
  );
}

function EditStrip(props: { text: string; failed: boolean; onEnd: () => void }): ReactNode {
  const words = useWords();
  return (
    <div className="bs-edit-strip">
      <Icon name="edit" />
      <div className="bs-edit-words">
        <strong>{words.editing}</strong>
        <span role="alert">{props.failed ? words.changeFailed : ""}</span>
        {!props.failed && <span className="bs-edit-text">{props.text}</span>}
      </div>
      <button type="button" className="bs-quiet" aria-label={words.cancel} onClick={props.onEnd}>
        <Icon name="close" />
      </button>
    </div>
  );
}

/** How many characters the server takes. */
function useLongest(): number {
  const limits = useObserved(useChat()?.limits ?? UNTOLD);
  return limits?.text_chars?.value ?? LONGEST;
}

const UNTOLD = never<Limits | null>(null);

/** A room of an order has one draft, whether it is opened by its number or by its key. */
function useDraftName(room: ThreadRoom): RoomId {
  const chat = useChat();
  const order = room.getSnapshot().room?.order ?? null;
  return chat && order !== null ? `order:${order}` : room.id;
}

/** The text in the field: the draft, or the message that is being changed. */
function useText(room: ThreadRoom, editing: Editing | null): [string, (text: string) => void] {
  const { drafts } = useClient();
  const name = useDraftName(room);
  const [draft, setDraft] = useState(() => drafts.get(name));
  const [change, setChange] = useState<Editing | null>(null);
  const kept = useNewest(draft);

  useEffect(() => setChange(editing), [editing]);
  useEffect(() => {
    const timer = setTimeout(() => drafts.set(name, draft), draft === "" ? 0 : DRAFT_PAUSE);
    return () => clearTimeout(timer);
  }, [drafts, name, draft]);
  useEffect(() => {
    const keep = () => drafts.set(name, kept.current);
    addEventListener("pagehide", keep);
    addEventListener("blur", keep);
    document.addEventListener("visibilitychange", keep);
    return () => {
      keep();
      removeEventListener("pagehide", keep);
      removeEventListener("blur", keep);
      document.removeEventListener("visibilitychange", keep);
    };
  }, [drafts, name, kept]);

  if (!editing) return [draft, setDraft];
  const text = change?.id === editing.id ? change.text : editing.text;
  return [text, (next) => setChange({ id: editing.id, text: next })];
}

/** The field is as high as its text; the style sheet ends that at ten rows. */
function useGrowth(field: RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    const element = field.current;
    if (!element || element.value !== text) return;
    element.style.blockSize = "auto";
    element.style.blockSize = `${element.scrollHeight + element.offsetHeight - element.clientHeight}px`;
  }, [field, text]);
}

/** A field that is disabled for a while gets the focus back that it lost by that. */
function useFocusKept(field: RefObject<HTMLTextAreaElement | null>, disabled: boolean): void {
  const had = useRef(false);
  useEffect(() => {
    const note = () => {
      const { activeElement } = document;
      if (field.current && !field.current.disabled) had.current = activeElement === field.current;
    };
    document.addEventListener("focusin", note);
    return () => document.removeEventListener("focusin", note);
  }, [field]);
  useEffect(() => {
    const nobody = document.activeElement === document.body || !document.activeElement;
    if (!disabled && had.current && nobody) field.current?.focus({ preventScroll: true });
  }, [field, disabled]);
}
