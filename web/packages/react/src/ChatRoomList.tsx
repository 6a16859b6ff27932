// The rooms of a person, newest activity first, with what is unread in them.
import { type KeyboardEvent, type MouseEvent, type ReactNode, useEffect, useRef } from "react";
import { useChat, useClient, useObserved } from "./context.tsx";
import { hueOf, initialsOf } from "./people.ts";
import { usePress } from "./press.ts";
import type { RoomId } from "./thread.ts";
import { dateAndClock } from "./time.ts";
import { sentenceFor } from "./trouble.ts";
import { type ListedRoom, useRooms } from "./useRooms.ts";
import { plural, useLang, useWords } from "./words/index.ts";

/** A preview is no longer than this. */
const PREVIEW = 80;

export interface ChatRoomListProps {
  /** The room that is open. */
  selected?: RoomId | null;
  /** It is told keys where a `ChatProvider` has a `chat`, and numbers elsewhere. */
  onSelect(roomId: RoomId): void;
  /** Where the row leads when it is opened in another tab. */
  hrefOf?(roomId: RoomId): string;
}

export function ChatRoomList({ selected, onSelect, hrefOf }: ChatRoomListProps): ReactNode {
  const client = useClient();
  const chat = useChat();
  const words = useWords();
  const { rooms, trouble, retry } = useRooms();
  const count = chat ? rooms?.length : 0;
  // The native API tells by itself what happens, but in a list not who is in a room: that is asked for once.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a room that is new has people, too
  useEffect(() => {
    if (!chat) return client.list.watch();
    void client.list.refresh();
  }, [chat, client, count]);
  const list = useRef<HTMLUListElement>(null);
  // Rooms change their order while one of them is pressed.
  usePress(list);

  const key = (event: KeyboardEvent) => {
    const links = [...(list.current?.querySelectorAll("a") ?? [])];
    const index = links.indexOf(event.target as HTMLAnchorElement);
    const targets: Record<string, number> = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      Home: 0,
      End: links.length - 1,
    };
    const next = targets[event.key];
    if (next === undefined || index < 0) return;
    event.preventDefault();
    links[next]?.focus();
  };

  if (!rooms) {
    if (!trouble) return <ListSkeleton />;
    return (
      <div className="bs-state" role="alert">
        <h2>{words.roomsFailed}</h2>
        <p>{sentenceFor(trouble, words)}</p>
        <button type="button" className="bs-button" onClick={retry}>
          {words.retry}
        </button>
      </div>
    );
  }
  if (rooms.length === 0) {
    return (
      <div className="bs-state">
        <h2>{words.noRooms}</h2>
        <p>{words.noRoomsHint}</p>
      </div>
    );
  }
  const stop = rooms.some(({ id }) => id === selected) ? selected : rooms[0]?.id;
  return (
    <nav className="bs-rooms" aria-label={words.rooms}>
      <ul ref={list} onKeyDown={key}>
        {rooms.map((room) => (
          <li key={room.id}>
            <RoomLink
              room={room}
              current={room.id === selected}
              reachable={room.id === stop}
              href={hrefOf?.(room.id) ?? `?room=${encodeURIComponent(room.id)}`}
              onSelect={onSelect}
            />
          </li>
        ))}
      </ul>
    </nav>
  );
}

interface RoomLinkProps {
  room: ListedRoom;
  current: boolean;
  /** The Tab key stops here. */
  reachable: boolean;
  href: string;
  onSelect(roomId: RoomId): void;
}

function RoomLink({ room, current, reachable, href, onSelect }: RoomLinkProps): ReactNode {
  const words = useWords();
  const lang = useLang();
  const { title, name, at, unread } = room;
  const open = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    onSelect(room.id);
  };
  return (
    <a
      className="bs-room"
      href={href}
      tabIndex={reachable ? 0 : -1}
      aria-current={current ? "page" : undefined}
      data-unread={unread > 0}
      onClick={open}
    >
      <span className="bs-avatar" data-hue={hueOf(room.hue)} aria-hidden="true">
        {initialsOf(name) || "#"}
      </span>
      <span className="bs-room-words">
        <span className="bs-room-line">
          <bdi className="bs-room-title" title={title}>
            {title}
          </bdi>
          <time className="bs-room-time" dateTime={at.toISOString()}>
            {dateAndClock(at)}
          </time>
        </span>
        {name && <bdi className="bs-room-name">{name}</bdi>}
        <span className="bs-room-line">
          <Preview room={room} current={current} />
          {unread > 0 && (
            <span className="bs-count">
              <span aria-hidden="true">{unread > 99 ? "99+" : unread}</span>
              <span className="bs-hidden">{plural(lang, unread, words.unread)}</span>
            </span>
          )}
        </span>
      </span>
    </a>
  );
}

function Preview({ room, current }: { room: ListedRoom; current: boolean }): ReactNode {
  const words = useWords();
  const draft = useObserved(useClient().drafts).get(room.id);
  if (draft && !current) {
    return (
      <span className="bs-preview">
        <span className="bs-draft">{words.draft}</span> <bdi>{shorten(draft)}</bdi>
      </span>
    );
  }
  const { newest } = room;
  if (!newest) return <span className="bs-preview bs-none">{words.noMessages}</span>;
  return (
    <span className="bs-preview">
      {newest.mine && `${words.you}: `}
      <bdi>{shorten(newest.text)}</bdi>
    </span>
  );
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  const letters = [...line];
  return letters.length > PREVIEW ? `${letters.slice(0, PREVIEW).join("")}…` : line;
}

function ListSkeleton(): ReactNode {
  return (
    <div className="bs-list-skeleton bs-late" aria-hidden="true">
      {[0, 1, 2, 3, 4, 5].map((row) => (
        <div key={row}>
          <span />
          <span />
        </div>
      ))}
    </div>
  );
}
