// The thread: follows at its end, never moves when it is scrolled up, and keeps its place when older rows come in above.
import type { Chat, ChatRoom } from "@beseda/client";
import { dayName, dayOf } from "@beseda/react/time";
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { useLang, useWords } from "./context.ts";
import { Icon, Sheets } from "./icons.tsx";
import { MessageView } from "./MessageView.tsx";
import { type Row, rowsOf } from "./rows.ts";
import { Skeleton } from "./Skeleton.tsx";
import { useFollowing } from "./useFollowing.ts";
import { useReading } from "./useReading.ts";
import { useWatched } from "./useWatched.ts";

interface ThreadProps {
  chat: Chat;
  room: ChatRoom;
  me: string;
}

export function Thread(props: ThreadProps): JSX.Element {
  return useWatched(props.room).loaded ? <Rows {...props} /> : <Skeleton />;
}

function Rows({ chat, room, me }: ThreadProps): JSX.Element {
  const words = useWords();
  const snapshot = useWatched(room);
  const rows = useMemo(() => rowsOf(snapshot, me), [snapshot, me]);
  const { scroller, end, follows, missed, seesEnd, toEnd } = useFollowing(rows);
  useReading(room, seesEnd);
  return (
    <div class="thread">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is scrolled by keys as well */}
      <section ref={scroller} class="scroller" aria-label={words.messages} tabIndex={0}>
        <div class="rows">
          {snapshot.hasBefore && <Older room={room} />}
          {rows.length === 0 && <Empty />}
          {rows.map((row) => (
            <RowView key={row.key} chat={chat} room={room} row={row} />
          ))}
          <Typing isOn={snapshot.typing.length > 0} />
          <span ref={end} class="end" />
        </div>
      </section>
      {!follows && (
        <button type="button" class="down" aria-label={words.down} onClick={toEnd}>
          <Icon name="down" />
          {missed > 0 && <span class="count">{missed}</span>}
        </button>
      )}
    </div>
  );
}

function Older({ room }: { room: ChatRoom }): JSX.Element {
  const words = useWords();
  const { loadingBefore, trouble } = useWatched(room);
  return (
    <div class="older">
      {trouble && <span role="alert">{words.troubleNetwork}</span>}
      <button
        type="button"
        class="link"
        aria-disabled={loadingBefore}
        onClick={() => void room.loadOlder()}
      >
        {loadingBefore ? words.loadingOlder : words.older}
      </button>
    </div>
  );
}

function Typing({ isOn }: { isOn: boolean }): JSX.Element {
  const words = useWords();
  return (
    <p class="typing" role="status">
      {isOn && (
        <>
          <span class="bars" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {words.typing}
        </>
      )}
    </p>
  );
}

function Empty(): JSX.Element {
  const words = useWords();
  return (
    <div class="empty">
      <Sheets />
      <p>{words.noMessages}</p>
    </div>
  );
}

function RowView({ chat, room, row }: { chat: Chat; room: ChatRoom; row: Row }): JSX.Element {
  const words = useWords();
  const lang = useLang();
  const today = useToday();
  if (row.kind === "message") return <MessageView chat={chat} room={room} row={row} />;
  return (
    <p class="day" data-today={today}>
      <span>{dayName(row.at, new Date(), lang, words)}</span>
    </p>
  );
}

/** Today's number: the names of days change at midnight. */
function useToday(): number {
  const [today, setToday] = useState(() => dayOf(new Date()));
  useEffect(() => {
    const timer = setInterval(() => setToday(dayOf(new Date())), 60_000);
    return () => clearInterval(timer);
  }, []);
  return today;
}
