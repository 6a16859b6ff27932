// One room, whole: its header, its thread live, and the field to write in.
import type { Id } from "@beseda/client/order-rooms";
import { type ReactNode, type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { Announcer } from "./Announcer.tsx";
import { DropHint, useAttachment, useDrop } from "./Attachment.tsx";
import { Composer, type Editing } from "./Composer.tsx";
import { ConfirmDialog } from "./ConfirmDialog.tsx";
import { ConnectionBadge, ConnectionBanner } from "./ConnectionBanner.tsx";
import { isTouch, useChat, useClient, useObserved } from "./context.tsx";
import { Icon, Sheets } from "./icons.tsx";
import type { MessageActions } from "./MessageView.tsx";
import { nameOf } from "./people.ts";
import type { MessageRow } from "./rows.ts";
import { Timeline } from "./Timeline.tsx";
import type { RoomId, ThreadRoom, ThreadSnapshot } from "./thread.ts";
import { useRoom } from "./useRoom.ts";
import { Viewer } from "./Viewer.tsx";
import { useWords, type Words } from "./words/index.ts";

export interface ChatWindowProps {
  /** A number, or the key of a room where a `ChatProvider` has a `chat`. */
  roomId: RoomId;
  /** Shows a back button, for pages with one pane. */
  onBack?: () => void;
  /** Shows a close button, for dialogs. */
  onClose?: () => void;
  /** Stands in for "Order #N". */
  title?: string;
}

export function ChatWindow(props: ChatWindowProps): ReactNode {
  const { me } = useObserved(useClient().session);
  const chat = useChat();
  // The native API has rooms for whoever is in.
  if (typeof props.roomId === "string" && (!me || chat?.isIn === false)) return null;
  // Another room is another window: nothing of the last one may stay.
  return <RoomWindow key={props.roomId} {...props} />;
}

function RoomWindow({ roomId, onBack, onClose, title }: ChatWindowProps): ReactNode {
  const client = useClient();
  const me = useObserved(client.session).me?.id ?? 0;
  const { room, snapshot } = useRoom(roomId);
  const window = useRef<HTMLElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const [editing, setEditing] = useState<Editing | null>(null);
  const [removing, setRemoving] = useState<MessageRow | null>(null);
  const [viewed, setViewed] = useState<MessageRow | null>(null);
  const attachment = useAttachment();
  const refused = snapshot.link.phase === "refused";
  const words = useWords();
  const ready = snapshot.loaded && snapshot.isConnected;

  const drop = useDrop(attachment, ready && !editing);

  useTypingAnywhere(window, field);
  useFirstFocus(field, ready);
  const actions = useMemo<MessageActions>(
    () => ({
      edit: ({ id, text }) => {
        if (id !== null) setEditing({ id, text });
        requestAnimationFrame(() => field.current?.focus());
      },
      remove: setRemoving,
      retry: ({ clientId }) => clientId && room.retry(clientId),
      discard: ({ clientId }) => clientId && room.discard(clientId),
      view: setViewed,
    }),
    [room],
  );
  const endEdit = () => {
    setEditing(null);
    field.current?.focus();
  };

  return (
    <section
      ref={window}
      className="bs-window"
      aria-label={titleOf(snapshot, words, title)}
      {...drop.ears}
    >
      <Header snapshot={snapshot} me={me} onBack={onBack} onClose={onClose} title={title} />
      <ConnectionBanner room={room} snapshot={snapshot} />
      {refused && <Refused room={room} code={snapshot.link.code} />}
      {!refused && !snapshot.loaded && <ThreadSkeleton />}
      {!refused && snapshot.loaded && isEmpty(snapshot) && (
        <Empty onWrite={() => field.current?.focus()} />
      )}
      {!refused && snapshot.loaded && !isEmpty(snapshot) && (
        <Timeline room={room} snapshot={snapshot} me={me} actions={actions} field={field} />
      )}
      {!refused && (
        <>
          <TypingLine snapshot={snapshot} />
          <Composer
            room={room}
            isConnected={snapshot.isConnected}
            field={field}
            editing={editing}
            attachment={attachment}
            onEditEnd={endEdit}
            onEditLast={() => setEditing(lastOwn(snapshot, me))}
            onSent={() => field.current?.focus()}
          />
        </>
      )}
      <Announcer room={room} me={me} />
      {drop.over && <DropHint />}
      {viewed && (
        <Viewer
          file={viewed.file ?? ""}
          onEnd={() => {
            setViewed(null);
            requestAnimationFrame(() => focusRow(window.current, viewed.key));
          }}
        />
      )}
      {removing && (
        <RemoveDialog
          room={room}
          row={removing}
          onEnd={() => {
            setRemoving(null);
            requestAnimationFrame(() => focusRow(window.current, removing.key));
          }}
        />
      )}
    </section>
  );
}

function RemoveDialog(props: { room: ThreadRoom; row: MessageRow; onEnd: () => void }): ReactNode {
  const { room, row, onEnd } = props;
  const words = useWords();
  return (
    <ConfirmDialog
      title={words.removeAsk}
      hint={words.removeHint}
      verb={words.remove}
      act={async () => {
        if (row.id !== null) await room.erase(row.id);
      }}
      onEnd={onEnd}
    />
  );
}

/** The field has the focus when the room opens, and takes it from nobody later. */
function useFirstFocus(field: RefObject<HTMLTextAreaElement | null>, ready: boolean): void {
  const done = useRef(false);
  useEffect(() => {
    if (!ready || done.current) return;
    done.current = true;
    if (!isTouch()) field.current?.focus({ preventScroll: true });
  }, [field, ready]);
}

/** The button that opened the question is gone with the message's actions: its row is not. */
function focusRow(window: HTMLElement | null, key: string): void {
  const row = window?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
  row?.focus({ preventScroll: true });
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
      if (target.closest("input, textarea, select, [contenteditable]")) return;
      field.current?.focus();
    };
    document.addEventListener("keydown", key);
    return () => document.removeEventListener("keydown", key);
  }, [window, field]);
}

function titleOf({ room }: ThreadSnapshot, words: Words, title?: string): string {
  if (title !== undefined || !room) return title ?? words.orderChat;
  return room.order === null ? (room.title ?? "") : words.order(room.order);
}

function isEmpty({ items, unsent }: ThreadSnapshot): boolean {
  return items.length === 0 && unsent.length === 0;
}

function lastOwn({ items }: ThreadSnapshot, me: Id): Editing | null {
  const item = items.findLast(({ message, erased }) => message.sender?.id === me && !erased);
  return item ? { id: item.message.id, text: item.message.message } : null;
}

interface HeaderProps {
  snapshot: ThreadSnapshot;
  me: Id;
  onBack: (() => void) | undefined;
  onClose: (() => void) | undefined;
  title: string | undefined;
}

function Header({ snapshot, me, onBack, onClose, title }: HeaderProps): ReactNode {
  const words = useWords();
  const others = (snapshot.room?.participants ?? []).filter(({ user }) => user.id !== me);
  const names = others.map(({ user }) => nameOf(user)).join(", ");
  const shown = titleOf(snapshot, words, title);
  return (
    <header className="bs-header">
      {onBack && (
        <button type="button" className="bs-quiet bs-back" aria-label={words.back} onClick={onBack}>
          <Icon name="back" />
        </button>
      )}
      <div className="bs-header-words">
        <h2 className="bs-title" title={shown}>
          <bdi>{shown}</bdi>
        </h2>
        {names && (
          <p className="bs-names">
            <bdi>{names}</bdi>
          </p>
        )}
      </div>
      <ConnectionBadge isConnected={snapshot.isConnected} />
      {onClose && (
        <button type="button" className="bs-quiet" aria-label={words.close} onClick={onClose}>
          <Icon name="close" />
        </button>
      )}
    </header>
  );
}

function Refused({ room, code }: { room: ThreadRoom; code: number }): ReactNode {
  const words = useWords();
  const why: Record<number, string> = {
    4000: words.refused4000,
    4001: words.refused4001,
    4003: words.refused4003,
  };
  return (
    <div className="bs-state" role="alert">
      <h2>{words.refusedTitle}</h2>
      <p>{why[code] ?? words.troubleServer}</p>
      <button type="button" className="bs-button" onClick={() => room.link.retryNow()}>
        {words.retry}
      </button>
    </div>
  );
}

function Empty({ onWrite }: { onWrite: () => void }): ReactNode {
  const words = useWords();
  return (
    <div className="bs-state">
      <Sheets />
      <h2>{words.noMessages}</h2>
      <p>{words.emptyThread}</p>
      <button type="button" className="bs-button" onClick={onWrite}>
        {words.write}
      </button>
    </div>
  );
}

function ThreadSkeleton(): ReactNode {
  return (
    <div className="bs-thread-skeleton bs-late" aria-hidden="true">
      {["52%", "34%", "61%", "28%", "44%", "56%"].map((width, index) => (
        <span key={width} data-mine={index % 2 === 1} style={{ inlineSize: width }} />
      ))}
    </div>
  );
}

/** Floats over the end of the thread, which leaves room for it: nothing moves when somebody begins to type. */
function TypingLine({ snapshot }: { snapshot: ThreadSnapshot }): ReactNode {
  const words = useWords();
  const people = snapshot.room?.participants ?? [];
  const names = snapshot.typing
    .map((id) => people.find(({ user }) => user.id === id))
    .map((found) => (found ? found.user.first_name || nameOf(found.user) : ""))
    .filter(Boolean)
    .slice(0, 3);
  return (
    <p className="bs-typing" role="status">
      {snapshot.typing.length > 0 && (
        <span className="bs-typing-words">
          <span className="bs-pulse" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {people.length > 2 && names.length > 0 && <span>{names.join(", ")}</span>}
          <span>{words.typing}</span>
        </span>
      )}
    </p>
  );
}
