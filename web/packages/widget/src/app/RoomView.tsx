// One room: its thread, what is to be known of the connection, and the field to write in.
import type { Chat } from "@beseda/client";
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { Announcer } from "./Announcer.tsx";
import { Composer } from "./Composer.tsx";
import { ConnectionStrip } from "./ConnectionStrip.tsx";
import { useWords } from "./context.ts";
import type { Hours } from "./desk.ts";
import { Thread } from "./Thread.tsx";
import { useWatched } from "./useWatched.ts";

export interface RoomViewProps {
  chat: Chat;
  roomKey: string;
  me: string;
  header: JSX.Element;
  /** What is said where nobody is at the desk now. */
  hours: Hours | null;
}

export function RoomView(props: RoomViewProps): JSX.Element {
  const { chat, roomKey, me, header, hours } = props;
  const words = useWords();
  const room = useMemo(() => chat.room(roomKey), [chat, roomKey]);
  const snapshot = useWatched(room);
  useEffect(() => room.hold(), [room]);
  if (snapshot.shut) {
    return (
      <>
        {header}
        <div class="empty" role="alert">
          <strong>{words.refused}</strong>
          <p>{words.refusedWhy}</p>
        </div>
      </>
    );
  }
  const isClosed = snapshot.room?.closed === true;
  const maySend = !isClosed && (snapshot.room?.can.includes("send") ?? true);
  return (
    <>
      {header}
      <ConnectionStrip chat={chat} unsent={snapshot.unsent} />
      {hours && (
        <p class="away-strip" dir="auto">
          {hours.words || words.away}
        </p>
      )}
      <Thread chat={chat} room={room} me={me} />
      <Announcer room={room} me={me} />
      {maySend && <Composer chat={chat} room={room} />}
      {isClosed && <p class="over">{words.closedRoom}</p>}
    </>
  );
}
