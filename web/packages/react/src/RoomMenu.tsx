// How one sees a room, changed from its head: its sound, its place in the list, and whether it is there at all.
import type { ViewChange } from "@beseda/client";
import { type ReactNode, useState } from "react";
import { Icon } from "./icons.tsx";
import { Menu, type MenuEntry, type Place } from "./Menu.tsx";
import type { Thread, ThreadSnapshot } from "./thread.ts";
import { useWords, type Words } from "./words/index.ts";

const HOUR = 3_600_000;
/** A room without sound for good is so until then. */
const FOR_GOOD = "9999-12-31T00:00:00Z";

export default function RoomMenu(props: { thread: Thread; snapshot: ThreadSnapshot }): ReactNode {
  const { thread, snapshot } = props;
  const words = useWords();
  const [place, setPlace] = useState<Place | null>(null);
  const { me } = snapshot;
  // Who only steps in has no view of the room, and contract 4 tells of none.
  if (!me || snapshot.room?.uuid === "") return null;
  const view = (change: ViewChange) => thread.attempt((room) => room.view(change));
  return (
    <>
      <button
        type="button"
        className="bs-quiet"
        title={words.roomMenu}
        aria-label={words.roomMenu}
        aria-haspopup="menu"
        aria-expanded={place !== null}
        onClick={({ currentTarget }) => {
          const { right, bottom } = currentTarget.getBoundingClientRect();
          setPlace({ x: right - 240, y: bottom + 4 });
        }}
      >
        <Icon name="more" />
      </button>
      {place && (
        <Menu
          label={words.roomMenu}
          place={place}
          entries={entriesOf(me, view, words)}
          onEnd={() => setPlace(null)}
        />
      )}
    </>
  );
}

function entriesOf(
  me: NonNullable<ThreadSnapshot["me"]>,
  view: (change: ViewChange) => void,
  words: Words,
): MenuEntry[] {
  const isMuted = Date.parse(me.muted_until ?? "") > Date.now();
  const until = (hours: number) => new Date(Date.now() + hours * HOUR).toISOString();
  const mute = (word: string, muted_until: string): MenuEntry => ({
    icon: "mute",
    word,
    act: () => view({ muted_until }),
  });
  const sound: MenuEntry[] = isMuted
    ? [{ icon: "sound", word: words.unmute, act: () => view({ muted_until: null }) }]
    : [
        mute(words.muteHour, until(1)),
        mute(words.muteHours, until(8)),
        mute(words.muteForGood, FOR_GOOD),
      ];
  return [
    ...sound,
    {
      icon: "pin",
      word: me.pinned ? words.unpinRoom : words.pinRoom,
      act: () => view({ pinned: !me.pinned }),
    },
    {
      icon: "archive",
      word: me.archived ? words.unarchive : words.archive,
      act: () => view({ archived: !me.archived }),
    },
  ];
}
