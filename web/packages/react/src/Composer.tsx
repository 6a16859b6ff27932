// Where a message is written: grows with its text, keeps it as a draft, and never cuts it.
import { asTrouble, type Message, type Person, type Trouble } from "@beseda/client";
import {
  type ClipboardEvent,
  type KeyboardEvent,
  lazy,
  type ReactNode,
  type RefObject,
  Suspense,
  useContext,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { AttachButton, type Attachments, Chips } from "./Attachment.tsx";
import { CompletionList } from "./completion/CompletionList.tsx";
import type { Mentionable } from "./completion/mentions.ts";
import type * as Sources from "./completion/sources.ts";
import { useCompletion } from "./completion/useCompletion.ts";
import { useChat, useDrafts, useEmojiUrl, useNewest, useObserved } from "./context.tsx";
import { Icon, type IconName } from "./icons.tsx";
import { RepliesContext } from "./replies.ts";
import { isBlank } from "./said.ts";
import { isTouch } from "./screen.ts";
import type { Thread } from "./thread.ts";
import { useLang, useWords, type Words } from "./words/index.ts";

/** The server's default `limits.text_chars`, until it has told what it takes. */
const LONGEST = 10_000;
/** The counter appears from here on: a share of what is taken. */
const NEAR = 0.9;
/** A draft is kept this long after the last key, in milliseconds. */
const DRAFT_PAUSE = 300;

const EmojiButton = lazy(() => import("./emoji/EmojiButton.tsx"));
const emojiData = () => import("./emoji/data.ts");

/** What the field is about: a message of one's own that is changed, or one that is answered. */
export interface About {
  way: "edit" | "reply";
  /** As it was when somebody began. */
  message: Message;
  /** As it is now. */
  now: Message;
}

export interface ComposerProps {
  thread: Thread;
  /** It can be sent now, or is kept until it can. */
  canSend: boolean;
  canUpload: boolean;
  field: RefObject<HTMLTextAreaElement | null>;
  /** Puts a text into the field, for whoever has one. */
  writer: RefObject<((text: string) => void) | null>;
  about: About | null;
  /** Whom one may mention. */
  people: readonly Person[];
  attachments: Attachments;
  onAboutEnd: () => void;
  /** ArrowUp in an empty field. */
  onEditLast: () => void;
  /** To the neighbour of what is answered: -1 is older. */
  onReplyMove: (step: 1 | -1) => void;
  onSent: () => void;
}

export function Composer(props: ComposerProps): ReactNode {
  const { thread, canSend, field, about, attachments, onAboutEnd, onSent } = props;
  const words = useWords();
  const editing = about?.way === "edit" ? about.message : null;
  const [text, setText] = useText(thread, editing);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [hasFocus, setFocus] = useState(false);
  useGrowth(field, text);
  useImperativeHandle(props.writer, () => setText);
  const { completion, mentioned } = useCompletions(field, props.people);

  const longest = useObserved(useChat().limits)?.text_chars?.value ?? LONGEST;
  const near = longest * NEAR;
  const length = text.length < near ? text.length : [...text].length;
  const files = editing ? [] : attachments.files;
  const hasWords = !isBlank(text) || files.length > 0;
  const isReady = canSend && hasWords && length <= longest;

  const submit = async () => {
    if (!isReady) return;
    if (!editing) {
      const reply_to = about?.message.seq ?? null;
      thread.room.send({ text: text.trim(), files, reply_to, mentions: mentioned(text) });
      setText("");
      attachments.clear();
      onSent();
      return;
    }
    setTrouble(null);
    try {
      await thread.room.edit(editing.seq, text.trim(), mentioned(text, editing.mentions));
      onAboutEnd();
    } catch (error) {
      setTrouble(asTrouble(error));
    }
  };

  const change = (next: string) => {
    setText(next);
    if (editing || isBlank(next)) thread.room.typing.stop();
    else thread.room.typing.key();
  };

  const key = (event: KeyboardEvent) => {
    const act = actOf(event, text === "", about);
    if (!act) return;
    event.preventDefault();
    if (act === "send") void submit();
    else if (act === "editLast") props.onEditLast();
    else if (act === "older") props.onReplyMove(-1);
    else if (act === "newer") props.onReplyMove(1);
    else {
      event.stopPropagation();
      onAboutEnd();
    }
  };

  const paste = (event: ClipboardEvent) => {
    const { types, files: pasted } = event.clipboardData;
    // Where there is text too, the text is meant: a copied cell or page brings a picture of itself.
    if (editing || !props.canUpload || pasted.length === 0 || types.includes("text/plain")) return;
    event.preventDefault();
    attachments.put([...pasted]);
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
      {about && <AboutStrip about={about} trouble={trouble} onEnd={onAboutEnd} />}
      {!editing && <Chips attachments={attachments} field={field} />}
      <CompletionList {...completion.list} />
      <div className="bs-composer-line">
        {!editing && props.canUpload && (
          <AttachButton attachments={attachments} field={field} disabled={!canSend} />
        )}
        <Suspense>
          <EmojiButton field={field} disabled={!canSend} />
        </Suspense>
        <textarea
          ref={field}
          {...completion.aria}
          className="bs-field"
          rows={1}
          value={text}
          // Whoever is typing types on: a field that is taken away eats keys.
          disabled={!canSend && !hasFocus}
          placeholder={words.placeholder}
          aria-label={words.message}
          enterKeyHint={isTouch() ? "enter" : "send"}
          dir="auto"
          onChange={(event) => change(event.target.value)}
          onKeyDown={key}
          onPaste={paste}
          onFocus={() => setFocus(true)}
          onBlur={() => {
            setFocus(false);
            thread.room.typing.stop();
          }}
        />
        <button type="submit" className="bs-send" disabled={!isReady}>
          <Icon name={editing ? "check" : "send"} />
          <span className="bs-send-text">{editing ? words.save : words.send}</span>
        </button>
      </div>
      {length >= near && <Counter left={longest - length} />}
    </form>
  );
}

/** What completes words here, and whom the text mentions of those who were picked. */
function useCompletions(field: ComposerProps["field"], people: readonly Person[]) {
  const emojiUrl = useEmojiUrl();
  const lang = useLang();
  const picked = useRef<Mentionable[]>([]);
  const replies = useContext(RepliesContext);
  const [from, setFrom] = useState<typeof Sources | null>(null);
  useEffect(() => void import("./completion/sources.ts").then(setFrom), []);
  const sources: Sources.CompletionSource[] = [];
  if (from) sources.push(from.peopleSource(people, (person) => picked.current.push(person)));
  if (from && replies.length > 0) {
    const ready = replies.map(({ shortcut, text }) => ({ id: shortcut, shortcut, text }));
    sources.push(from.cannedSource(ready, () => null));
  }
  if (from && emojiUrl)
    sources.push(from.emojiSource(async () => (await emojiData()).loadEmoji(emojiUrl, lang)));
  const completion = useCompletion(field, sources);
  /** `before` are those whom a message mentions already. */
  const mentioned = (text: string, before: readonly string[] = []) => {
    const known = people.filter(({ id }) => before.includes(id));
    return from?.mentionsIn(text, [...known, ...picked.current]) ?? [...before];
  };
  return { completion, mentioned };
}

/** What a key means here; null when it is only a letter. */
function actOf(event: KeyboardEvent, empty: boolean, about: About | null) {
  // While an input method composes, Enter chooses a word; 229 is how older ones say so.
  if (event.nativeEvent.isComposing || event.keyCode === 229) return null;
  const { key, ctrlKey, metaKey, shiftKey } = event;
  if (key === "Enter" && !shiftKey && !isTouch()) return "send";
  if (key === "Escape" && about) return "end";
  if ((ctrlKey || metaKey) && about?.way !== "edit") {
    if (key === "ArrowUp") return "older";
    if (key === "ArrowDown" && about) return "newer";
  }
  if (key === "ArrowUp" && empty && !about) return "editLast";
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

interface AboutStripProps {
  about: About;
  trouble: Trouble | null;
  onEnd: () => void;
}

function AboutStrip({ about, trouble, onEnd }: AboutStripProps): ReactNode {
  const words = useWords();
  const { way, message } = about;
  const icon: IconName = way === "edit" ? "edit" : "reply";
  const title = way === "edit" ? words.editing : words.replyTo(message.author?.name ?? "");
  const why = trouble ? whyNot(trouble, words) : staleWords(about, words);
  return (
    <div className="bs-edit-strip">
      <Icon name={icon} />
      <div className="bs-edit-words">
        <strong>{title}</strong>
        <span role="alert">{why}</span>
        {!why && (
          <bdi className="bs-edit-text">{message.text || message.files[0]?.name || words.file}</bdi>
        )}
      </div>
      <button type="button" className="bs-quiet" aria-label={words.cancel} onClick={onEnd}>
        <Icon name="close" />
      </button>
    </div>
  );
}

/** What has happened to the message meanwhile; "" when nothing has. */
function staleWords({ way, message, now }: About, words: Words): string {
  if (now.erased_at) return way === "edit" ? words.editErased : words.removed;
  return way === "edit" && now.text !== message.text ? words.editMeets : "";
}

/** Why a change is not kept; the text stays in the field. */
function whyNot({ code }: Trouble, words: Words): string {
  if (code === "erased" || code === "no_such_message") return words.editErased;
  if (code === "edit_too_late") return words.editLate;
  return words.changeFailed;
}

/** The text in the field: the draft, or the message that is being changed. */
function useText(thread: Thread, editing: Message | null): [string, (text: string) => void] {
  const drafts = useDrafts();
  const { key } = thread;
  const [draft, setDraft] = useState(() => drafts.get(key));
  const [change, setChange] = useState<{ seq: number; text: string } | null>(null);
  const kept = useNewest(draft);

  useEffect(() => setChange(editing), [editing]);
  useEffect(() => {
    const timer = setTimeout(() => drafts.set(key, draft), draft === "" ? 0 : DRAFT_PAUSE);
    return () => clearTimeout(timer);
  }, [drafts, key, draft]);
  useEffect(() => {
    // What another tab has written here is shown where nobody is writing.
    return drafts.subscribe(() => {
      if (document.hasFocus()) return;
      const told = drafts.get(key);
      if (told !== kept.current) setDraft(told);
    });
  }, [drafts, key, kept]);
  useEffect(() => {
    const keep = () => drafts.set(key, kept.current);
    addEventListener("pagehide", keep);
    addEventListener("blur", keep);
    document.addEventListener("visibilitychange", keep);
    return () => {
      keep();
      removeEventListener("pagehide", keep);
      removeEventListener("blur", keep);
      document.removeEventListener("visibilitychange", keep);
    };
  }, [drafts, key, kept]);

  if (!editing) return [draft, setDraft];
  const text = change?.seq === editing.seq ? change.text : editing.text;
  return [text, (next) => setChange({ seq: editing.seq, text: next })];
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
