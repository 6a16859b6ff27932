// The rooms of somebody whom the host knows, where the page is about none of them.
import type { RoomState } from "@beseda/client";
import { clock, dateAndClock, dayOf } from "@beseda/react/time";
import type { JSX } from "preact";
import { useWords } from "./context.ts";
import { Sheets } from "./icons.tsx";
import { titleOf } from "./titles.ts";
import type { Words } from "./words/ru.ts";

interface RoomListProps {
  rooms: readonly RoomState[];
  me: string;
  onChoose: (key: string) => void;
}

export function RoomList({ rooms, me, onChoose }: RoomListProps): JSX.Element {
  const words = useWords();
  if (rooms.length === 0) {
    return (
      <div class="empty">
        <Sheets />
        <p>{words.noRooms}</p>
      </div>
    );
  }
  return (
    <ul class="rooms">
      {rooms.map((room) => (
        <li key={room.key}>
          <RoomButton room={room} me={me} onChoose={onChoose} />
        </li>
      ))}
    </ul>
  );
}

function RoomButton(props: {
  room: RoomState;
  me: string;
  onChoose: (key: string) => void;
}): JSX.Element {
  const { room, me, onChoose } = props;
  const words = useWords();
  const unread = room.me?.unread ?? 0;
  const at = new Date(room.last?.created_at ?? room.about?.created_at ?? 0);
  const isToday = dayOf(at) === dayOf(new Date());
  return (
    <button type="button" class="room" data-unread={unread > 0} onClick={() => onChoose(room.key)}>
      <span class="room-line">
        <span class="room-title" dir="auto">
          {titleOf(room.key, room, words)}
        </span>
        <time dateTime={at.toISOString()}>
          {isToday ? clock(at) : dateAndClock(at).slice(0, 5)}
        </time>
      </span>
      <span class="room-line">
        <span class="room-last" dir="auto">
          {lastOf(room, me, words)}
        </span>
        {unread > 0 && <span class="count">{unread > 99 ? "99+" : unread}</span>}
      </span>
    </button>
  );
}

function lastOf({ last }: RoomState, me: string, words: Words): string {
  if (!last) return words.noMessages;
  if (last.erased_at) return words.removed;
  const text = last.text || (last.files.length > 0 ? words.file : "");
  return last.author?.id === me ? `${words.you}: ${text}` : text;
}
