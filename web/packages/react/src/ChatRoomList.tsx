// The rooms of a person, newest activity first, with what is unread in them.
import { type KeyboardEvent, type MouseEvent, type ReactNode, useRef } from "react";
import { Boundary } from "./Boundary.tsx";
import { useDrafts, useObserved } from "./context.tsx";
import { Icon } from "./icons.tsx";
import { hueOf, initialsOf } from "./people.ts";
import { usePress } from "./press.ts";
import { dateAndClock } from "./time.ts";
import { sentenceFor } from "./trouble.ts";
import { type RoomId, useRoomKey } from "./useRoom.ts";
import { type ListedRoom, useRooms } from "./useRooms.ts";
import { plural, useLang, useWords } from "./words/index.ts";

/** A preview is no longer than this. */
const PREVIEW = 80;

export interface ChatRoomListProps {
  /** The room that is open, by its key or the number that contract 4 calls it by. */
  selected?: RoomId | null;
  /** It is told the key of the room; its number where the server speaks contract 4 alone. */
  onSelect(roomId: RoomId): void;
  /** Where the row leads when it is opened in another tab. */
  hrefOf?(roomId: string): string;
  /** Leaves out what is read, but for the room that is open. */
  onlyUnread?: boolean;
  /** Where there are no rooms, offers to find somebody to write to. */
  onFind?(): void;
}

export function ChatRoomList(props: ChatRoomListProps): ReactNode {
  const { selected = null, onSelect, hrefOf, onlyUnread = false, onFind } = props;
  const words = useWords();
  const { key: current } = useRoomKey(selected);
  const { rooms: all, trouble, retry } = useRooms();
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

  if (!all) {
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
  if (all.length === 0) return <NoRooms {...(onFind ? { onFind } : {})} />;
  const rooms = onlyUnread ? all.filter((room) => isNews(room) || room.key === current) : all;
  if (rooms.length === 0) return <p className="bs-list-none">{words.noUnreadRooms}</p>;
  const stop = rooms.some((room) => room.key === current) ? current : rooms[0]?.key;
  return (
    <nav className="bs-rooms" aria-label={words.rooms}>
      <ul ref={list} onKeyDown={key}>
        {rooms.map((room) => (
          <li key={room.key}>
            <Boundary of={room} instead={<p className="bs-odd">{words.unreadableRoom}</p>}>
              <RoomLink
                room={room}
                current={room.key === current}
                reachable={room.key === stop}
                href={hrefOf?.(room.key) ?? `?room=${encodeURIComponent(room.key)}`}
                onSelect={onSelect}
              />
            </Boundary>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function NoRooms({ onFind }: { onFind?: () => void }): ReactNode {
  const words = useWords();
  return (
    <div className="bs-state">
      <h2>{words.noRooms}</h2>
      <p>{onFind ? words.noRoomsFind : words.noRoomsHint}</p>
      {onFind && (
        <button type="button" className="bs-button" onClick={onFind}>
          {words.find}
        </button>
      )}
    </div>
  );
}

const isNews = ({ unread, isMarked }: ListedRoom) => unread > 0 || isMarked;

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
  const { key, kind, title, name, at, unread } = room;
  const isNew = isNews(room);
  const open = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    onSelect(/^\d+$/.test(key) ? Number(key) : key);
  };
  return (
    <a
      className="bs-room"
      href={href}
      tabIndex={reachable ? 0 : -1}
      aria-current={current ? "page" : undefined}
      data-unread={isNew}
      data-muted={room.isMuted}
      onClick={open}
    >
      <span className="bs-avatar" data-hue={hueOf(room.hue)} aria-hidden="true">
        {initialsOf(kind === "order" ? name : title) || "#"}
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
          {room.isMuted && <Sign icon="mute" word={words.muted} />}
          {room.isPinned && <Sign icon="pin" word={words.pinned} />}
          {room.mentions > 0 && (
            <span className="bs-count" data-kind="mention">
              <span aria-hidden="true">@</span>
              <span className="bs-hidden">{plural(lang, room.mentions, words.mentions)}</span>
            </span>
          )}
          {isNew && (
            <span className="bs-count">
              <span aria-hidden="true">{unread > 99 ? "99+" : unread || ""}</span>
              <span className="bs-hidden">
                {unread > 0 ? plural(lang, unread, words.unread) : words.markedUnread}
              </span>
            </span>
          )}
        </span>
      </span>
    </a>
  );
}

function Sign({ icon, word }: { icon: "mute" | "pin"; word: string }): ReactNode {
  return (
    <span className="bs-sign" title={word}>
      <Icon name={icon} />
      <span className="bs-hidden">{word}</span>
    </span>
  );
}

function Preview({ room, current }: { room: ListedRoom; current: boolean }): ReactNode {
  const words = useWords();
  const draft = useObserved(useDrafts()).get(room.key);
  if (draft && !current) {
    return (
      <span className="bs-preview">
        <span className="bs-draft">{words.draft}</span> <bdi>{shorten(draft)}</bdi>
      </span>
    );
  }
  const { newest } = room;
  if (!newest) return <span className="bs-preview bs-none">{words.noMessages}</span>;
  const who = newest.mine ? words.you : newest.isTold ? newest.author : "";
  return (
    <span className="bs-preview">
      {who && <bdi>{who}: </bdi>}
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
