// The rooms of a list, whichever API tells them.
import type { LinkState, RoomState, RoomsSnapshot, Watched } from "@beseda/client";
import { fileName, type Id, type Person, type Room, Trouble } from "@beseda/client/order-rooms";
import { useChat, useClient, useObserved } from "./context.tsx";
import { orderOf, personOf } from "./keyed.ts";
import { nameOf } from "./people.ts";
import type { RoomId } from "./thread.ts";
import { useWords, type Words } from "./words/index.ts";

/** All that a row shows. */
export interface ListedRoom {
  id: RoomId;
  /** The order that it is about; null where it is about something else. */
  order: Id | null;
  title: string;
  /** Of the other one; "" where that is nobody, or the title says it. */
  name: string;
  /** Whose colour it has. */
  hue: Id;
  at: Date;
  unread: number;
  newest: { mine: boolean; text: string } | null;
}

export interface Rooms {
  /** Null until they have come. */
  rooms: readonly ListedRoom[] | null;
  trouble: Trouble | null;
  retry(): void;
}

/** One's own rooms, as they were told last: by themselves where there is a `chat`, else while a list is shown. */
export function useRooms(): Rooms {
  const client = useClient();
  const chat = useChat();
  const words = useWords();
  const me = useObserved(client.session).me?.id;
  const listed = useObserved(client.list);
  const told = useObserved(chat?.rooms ?? NONE);
  const link = useObserved(chat?.link ?? NO_LINK);
  if (chat) {
    const shown = told.rooms.filter((room) => !room.me?.archived);
    const isLost = link?.phase === "waiting" || link?.phase === "refused";
    return {
      rooms: told.loaded
        ? shown.map((room) => ofNative(room, otherIn(room, listed.rooms, me), me, words))
        : null,
      trouble: isLost ? new Trouble("network", 0) : null,
      retry: () => chat.retry(),
    };
  }
  return {
    rooms: listed.rooms?.map((room) => ofContract(room, me, words)) ?? null,
    trouble: listed.trouble,
    retry: () => void client.list.refresh(),
  };
}

/** What never changes, where there is nothing to watch. */
export const never = <T>(value: T): Watched<T> => ({
  subscribe: () => () => {},
  getSnapshot: () => value,
});
const NONE = never<RoomsSnapshot>({
  rooms: [],
  loaded: false,
  unread: { rooms: 0, messages: 0, mentions: 0 },
});
const NO_LINK = never<LinkState | null>(null);

function ofContract(room: Room, me: Id | undefined, words: Words): ListedRoom {
  const { id, order, participants, last_message: last, unread_count } = room;
  const other = participants.find(({ user }) => user.id !== me)?.user;
  return {
    id,
    order,
    title: words.order(order),
    name: other ? nameOf(other) : "",
    hue: other?.id ?? order,
    at: new Date(last?.created_at ?? room.created_at),
    unread: unread_count,
    newest: last && {
      mine: last.sender?.id === me,
      text: last.message || nameIn(last.file, words),
    },
  };
}

/** Whom the room is with, as far as anybody has told. */
function otherIn({ key, members }: RoomState, listed: readonly Room[] | null, me: Id | undefined) {
  const order = orderOf(key);
  const people =
    listed?.find((room) => room.order === order)?.participants.map(({ user }) => user) ??
    members.map(({ person }) => personOf(person));
  return people.find(({ id }) => id !== me) ?? null;
}

function ofNative(
  room: RoomState,
  other: Person | null,
  self: Id | undefined,
  words: Words,
): ListedRoom {
  const { key, about, last, me } = room;
  const order = orderOf(key);
  return {
    id: key,
    order,
    title: order === null ? about?.title || key : words.order(order),
    name: order !== null && other ? nameOf(other) : "",
    hue: other?.id ?? key,
    at: new Date(last?.created_at ?? about?.created_at ?? 0),
    unread: me?.unread ?? 0,
    newest:
      last && !last.erased_at
        ? {
            mine: last.author?.id === `${self}`,
            text: last.text || nameIn(last.files[0]?.url, words),
          }
        : null,
  };
}

const nameIn = (file: string | null | undefined, words: Words): string =>
  file ? fileName(file) || words.file : "";
