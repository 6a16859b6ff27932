// One room, whole: its header, its thread live, and the field to write in.
import type { Message, Right } from "@beseda/client";
import {
  lazy,
  type ReactNode,
  type RefObject,
  Suspense,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { Announcer } from "./Announcer.tsx";
import { DropHint, useAttachments, useDrop } from "./Attachment.tsx";
import { type About, Composer } from "./Composer.tsx";
import { ConnectionBanner } from "./ConnectionBanner.tsx";
import { useChat, useEmojiUrl, useSelf } from "./context.tsx";
import type { Opened } from "./Layers.tsx";
import type { MessageWays } from "./MessageMenu.tsx";
import type { MessageActions } from "./MessageView.tsx";
import { othersIn } from "./people.ts";
import { RoomHeader } from "./RoomHeader.tsx";
import { isTouch } from "./screen.ts";
import { Empty, ReadOnly, Refused, ThreadSkeleton, TypingLine } from "./states.tsx";
import { Timeline } from "./Timeline.tsx";
import type { Thread, ThreadSnapshot } from "./thread.ts";
import { titleOf } from "./titles.ts";
import type { Jump } from "./useJump.ts";
import { type RoomId, useRoom, useRoomKey } from "./useRoom.ts";
import { useWords } from "./words/index.ts";

export interface ChatWindowProps {
  /** The key of a room (`order:17`), or the number that contract 4 calls it by. */
  roomId: RoomId;
  /** Shows a back button, for pages with one pane. */
  onBack?: () => void;
  /** Shows a close button, for dialogs. */
  onClose?: () => void;
  /** Stands in for the room's own title. */
  title?: string;
  /** Opens at this message. */
  at?: number | null;
  /** The address of a message on this page: with it, messages have links. */
  linkTo?: (room: string, seq: number) => string;
  /** Stands under the header: what a page says of the room besides. */
  strip?: ReactNode;
  /** Puts a text into the field, for a page that has one. */
  writer?: RefObject<((text: string) => void) | null>;
}

export function ChatWindow(props: ChatWindowProps): ReactNode {
  const chat = useChat();
  const self = useSelf();
  const words = useWords();
  const { key, trouble, retry } = useRoomKey(props.roomId);
  if (self === "" || !chat.isIn) return null;
  // Another room is another window: nothing of the last one may stay.
  if (key !== null) return <RoomWindow key={key} {...props} roomKey={key} />;
  return (
    <section className="bs-window" aria-label={props.title ?? words.rooms}>
      <RoomHeader {...props} snapshot={null} roomKey="" />
      {trouble ? <Refused code={0} trouble={trouble} onRetry={retry} /> : <ThreadSkeleton />}
    </section>
  );
}

/** What opens over a thread comes right after it: nobody waits for it, and it is there when the network is not. */
const Layers = lazy(() => import("./Layers.tsx"));

function RoomWindow(props: ChatWindowProps & { roomKey: string }): ReactNode {
  const { roomKey, at, linkTo } = props;
  const self = useSelf();
  const words = useWords();
  const { thread, snapshot } = useRoom(roomKey);
  const window = useRef<HTMLElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const ownWriter = useRef<((text: string) => void) | null>(null);
  const writer = props.writer ?? ownWriter;
  const attachments = useAttachments();
  const [opened, setOpened] = useState<Opened>(null);
  const [jump, setJump] = useJumpTo(at ?? null);
  const { about, begin, end } = useAbout(snapshot, field);
  const can = useRights(snapshot);
  const canSend = mayWrite(snapshot);
  const canUpload = can.has("upload");
  const isOpen = snapshot.loaded && canSend;
  const drop = useDrop(attachments, isOpen && canUpload && about?.way !== "edit");
  useTypingAnywhere(window, field);
  useFirstFocus(field, isOpen);

  const emojiUrl = useEmojiUrl();
  const actions = useMemo<MessageActions>(() => {
    const { room } = thread;
    return {
      reply: ({ message }) => begin("reply", message),
      edit: ({ message }) => begin("edit", message),
      react: (message, emoji) => toggle(thread, message, emoji),
      retry: ({ unsent }) => unsent && room.retry(unsent.client_id),
      rewrite: ({ unsent }) => {
        if (!unsent) return;
        room.discard(unsent.client_id);
        writer.current?.(unsent.text);
        field.current?.focus();
      },
      discard: ({ unsent }) => unsent && room.discard(unsent.client_id),
      menu: (row, place) => setOpened({ is: "menu", row, place }),
      view: (row, file) => setOpened({ is: "viewer", row, file }),
      jump: (seq, { message }) => setJump({ seq, back: message?.seq ?? null }),
    };
  }, [thread, begin, setJump, writer]);
  const ways: MessageWays = {
    reply: actions.reply,
    edit: actions.edit,
    react: actions.react,
    ...(emojiUrl ? { reactMore: (row) => setOpened({ is: "emoji", row }) } : {}),
    remove: (row) => setOpened({ is: "removing", row }),
    pin: ({ seq }, on) => thread.attempt((room) => room.pin(seq, on)),
    markUnread: ({ seq }) => thread.attempt((room) => room.view({ unread_from: seq })),
    copy: (text) => void navigator.clipboard?.writeText(text).catch(() => undefined),
    linkTo: linkTo && ((seq) => linkTo(thread.key, seq)),
  };

  const isRefused = snapshot.link.phase === "refused";
  const isEmpty = snapshot.shown.length === 0 && snapshot.unsent.length === 0;
  return (
    <section
      ref={window}
      className="bs-window"
      aria-label={titleOf(snapshot.room, roomKey, words, props.title)}
      {...drop.ears}
    >
      <RoomHeader {...props} thread={thread} snapshot={snapshot} />
      {props.strip}
      <ConnectionBanner thread={thread} snapshot={snapshot} />
      {isRefused && (
        <Refused code={snapshot.link.code} trouble={null} onRetry={() => thread.retryNow()} />
      )}
      {!isRefused && !snapshot.loaded && <ThreadSkeleton />}
      {!isRefused && snapshot.loaded && isEmpty && <Empty onWrite={() => field.current?.focus()} />}
      {!isRefused && snapshot.loaded && !isEmpty && (
        <Timeline
          {...{ thread, snapshot, self, can, actions, jump, field }}
          onJumped={(seq) => setJump(seq === null ? null : { seq, back: null })}
        />
      )}
      {!isRefused && <TypingLine snapshot={snapshot} self={self} />}
      {!isRefused && snapshot.loaded && !can.has("send") && <ReadOnly snapshot={snapshot} />}
      {!isRefused && (!snapshot.loaded || can.has("send")) && (
        <Composer
          {...{ thread, canSend, canUpload, field, writer, about, attachments }}
          people={othersIn(snapshot.members, self)}
          onAboutEnd={end}
          onEditLast={() => begin("edit", lastOwn(snapshot, self))}
          onReplyMove={(step) => begin("reply", nextTo(snapshot, about, step))}
          onSent={end}
        />
      )}
      <Announcer thread={thread} self={self} />
      {drop.over && <DropHint />}
      <Suspense>
        <Layers
          {...{ opened, thread, can, ways, window }}
          shown={snapshot.shown}
          trouble={snapshot.refusal}
          onEnd={() => setOpened(null)}
        />
      </Suspense>
    </section>
  );
}

/** Where to go in the thread: to the message that the page names, and to another one when it names another. */
function useJumpTo(at: number | null) {
  const to = (seq: number | null): Jump | null => (seq === null ? null : { seq, back: null });
  const [named, setNamed] = useState(at);
  const [jump, setJump] = useState(() => to(at));
  if (named !== at) {
    setNamed(at);
    if (at !== null) setJump(to(at));
  }
  return [jump, setJump] as const;
}

/** What one may do here. While nothing is known of the room, nothing. */
function useRights({ room }: ThreadSnapshot): ReadonlySet<Right> {
  const can = room?.can;
  return useMemo(() => new Set(can), [can]);
}

/** The rooms of an order stop where contract 4 says so: without a link; in others, what is written waits for it. */
function mayWrite({ room, loaded, isConnected }: ThreadSnapshot): boolean {
  if (!loaded || room?.can.includes("send") !== true) return false;
  return isConnected || room.kind !== "order";
}

/** Adds one's reaction, or takes it back. */
function toggle(thread: Thread, { seq, reactions }: Message, emoji: string): void {
  const isMine = reactions.some((one) => one.emoji === emoji && one.mine);
  thread.attempt((room) => room.react(seq, emoji, !isMine));
}

/** What the field is about, and the message as it is by now. */
function useAbout({ shown }: ThreadSnapshot, field: RefObject<HTMLTextAreaElement | null>) {
  const [told, setTold] = useState<Omit<About, "now"> | null>(null);
  const now = shown.find(({ seq }) => seq === told?.message.seq);
  const about = useMemo(() => told && { ...told, now: now ?? told.message }, [told, now]);
  const ways = useMemo(() => {
    const focus = () => requestAnimationFrame(() => field.current?.focus());
    return {
      begin(way: About["way"], message: Message | null) {
        if (message) setTold({ way, message });
        focus();
      },
      end() {
        setTold(null);
        field.current?.focus();
      },
    };
  }, [field]);
  return { about, ...ways };
}

function lastOwn({ shown }: ThreadSnapshot, self: string): Message | null {
  return shown.findLast(({ author, erased_at }) => author?.id === self && !erased_at) ?? null;
}

/** The message before or after the one that is answered; the last one where none is. */
function nextTo({ shown }: ThreadSnapshot, about: About | null, step: 1 | -1): Message | null {
  const all = shown.filter(({ author, erased_at }) => author && !erased_at);
  const at = all.findIndex(({ seq }) => seq === about?.message.seq);
  return all[at < 0 ? all.length - 1 : at + step] ?? about?.message ?? null;
}

/** The field has the focus when the room opens, and takes it from nobody later. */
function useFirstFocus(field: RefObject<HTMLTextAreaElement | null>, isOpen: boolean): void {
  const done = useRef(false);
  useEffect(() => {
    if (!isOpen || done.current) return;
    done.current = true;
    if (!isTouch()) field.current?.focus({ preventScroll: true });
  }, [field, isOpen]);
}

/** Whoever begins to type means the field, wherever the focus is. */
function useTypingAnywhere(
  window: RefObject<HTMLElement | null>,
  field: RefObject<HTMLTextAreaElement | null>,
): void {
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      const here = target === document.body || window.current?.contains(target);
      const printable = event.key.length === 1 && event.key !== " ";
      if (!here || !printable || event.ctrlKey || event.metaKey || event.altKey) return;
      if (target.closest("input, textarea, select, [contenteditable], [role=menu]")) return;
      field.current?.focus();
    };
    document.addEventListener("keydown", key);
    return () => document.removeEventListener("keydown", key);
  }, [window, field]);
}
