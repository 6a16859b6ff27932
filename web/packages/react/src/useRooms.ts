// One's own rooms as a list shows them.
import { type ChatFile, type Member, type RoomState, Trouble } from "@beseda/client";
import { useMemo } from "react";
import { companyOf } from "./company.ts";
import { useChat, useObserved, useSelf } from "./context.tsx";
import { othersIn } from "./people.ts";
import { titleOf } from "./titles.ts";
import { useWords, type Words } from "./words/index.ts";

/** All that a row shows. */
export interface ListedRoom {
  key: string;
  kind: string;
  title: string;
  /** Of the other one; "" where that is nobody, or the title says it. */
  name: string;
  /** Whose colour it has. */
  hue: string;
  at: Date;
  unread: number;
  mentions: number;
  /** One has marked it oneself. */
  isMarked: boolean;
  isMuted: boolean;
  isPinned: boolean;
  newest: { mine: boolean; author: string; text: string; isTold: boolean } | null;
}

export interface Rooms {
  /** Null until they have come. */
  rooms: readonly ListedRoom[] | null;
  trouble: Trouble | null;
  retry(): void;
}

/** One's own rooms, newest activity first, those that are pinned before them; archived ones are left out. */
export function useRooms(): Rooms {
  const chat = useChat();
  const words = useWords();
  const self = useSelf();
  const { rooms, loaded } = useObserved(chat.rooms);
  const { phase } = useObserved(chat.link);
  const company = useObserved(companyOf(chat));
  const listed = useMemo(() => {
    const shown = rooms.filter(({ me }) => !me?.archived);
    return loaded
      ? shown.map((room) => listedOf(room, company.get(room.key) ?? room.members, self, words))
      : null;
  }, [rooms, loaded, company, self, words]);
  const isLost = phase === "waiting" || phase === "refused";
  return { rooms: listed, trouble: isLost ? LOST : null, retry: () => chat.retry() };
}

const LOST = new Trouble("network", 0);

function listedOf(
  { key, about, last, me }: RoomState,
  members: readonly Member[],
  self: string,
  words: Words,
): ListedRoom {
  const [other] = othersIn(members, self);
  const title = titleOf(about, key, words);
  const muted = Date.parse(me?.muted_until ?? "");
  return {
    key,
    kind: about?.kind ?? "",
    title,
    name: other && other.name !== title && (about?.member_count ?? 0) < 3 ? other.name : "",
    hue: other?.id ?? key,
    at: new Date(last?.created_at ?? about?.created_at ?? 0),
    unread: me?.unread ?? 0,
    mentions: me?.mentions ?? 0,
    isMarked: me !== null && me.unread_from !== null,
    isMuted: muted > Date.now(),
    isPinned: me?.pinned ?? false,
    newest: last && {
      mine: last.author?.id === self,
      author: last.author?.first_name || last.author?.name || "",
      text: last.erased_at ? words.removed : last.text || nameOf(last.files?.[0], words),
      isTold: (about?.member_count ?? 0) > 2,
    },
  };
}

const nameOf = (file: ChatFile | undefined, words: Words): string =>
  file ? file.name || words.file : "";
