// What somebody sees who is known: their conversation, or the list of their rooms.
import type { Chat, RoomState } from "@beseda/client";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useChat, useSession } from "./chats.ts";
import { useAround, useWords } from "./context.ts";
import { Header } from "./Header.tsx";
import { later } from "./later.tsx";
import { RoomView } from "./RoomView.tsx";
import { Skeleton } from "./Skeleton.tsx";
import { titleOf } from "./titles.ts";
import { useHours } from "./useHours.ts";
import { useWatched } from "./useWatched.ts";
import { Waiting } from "./Waiting.tsx";

const Opening = later(async () => (await import("./Opening.tsx")).Opening, Skeleton);
const RoomList = later(async () => (await import("./RoomList.tsx")).RoomList, Skeleton);

export function Known(): JSX.Element {
  const chat = useChat();
  return chat ? <Somebody chat={chat} /> : <Waiting />;
}

function Somebody({ chat }: { chat: Chat }): JSX.Element {
  const session = useSession(chat);
  const { rooms, loaded, unread } = useWatched(chat.rooms);
  const { host, place } = useAround();
  useEffect(() => {
    if (loaded) host.say({ type: "unread", count: unread.messages });
  }, [host, loaded, unread.messages]);
  if (session.state === "out") return <Ended chat={chat} />;
  if (!chat.isIn || !session.me) return <Waiting />;
  const me = String(session.me.id);
  if (place.who.by === "visitor") {
    return loaded ? <Visitor chat={chat} rooms={rooms} me={me} /> : <Waiting />;
  }
  return <Person chat={chat} rooms={rooms} isLoaded={loaded} me={me} />;
}

/** A visitor has one conversation at a time: the newest. */
function Visitor(props: { chat: Chat; rooms: readonly RoomState[]; me: string }): JSX.Element {
  const { chat, rooms, me } = props;
  const { place } = useAround();
  const hours = useHours();
  const { title, note } = place.wishes;
  const newest = rooms[0];
  if (!newest) {
    return (
      <>
        <Header title={title} note={note} />
        <Opening hours={hours} />
      </>
    );
  }
  const away = hours && !hours.open ? hours : null;
  return (
    <RoomView
      key={newest.key}
      chat={chat}
      roomKey={newest.key}
      me={me}
      header={<Header title={title} note={note} />}
      hours={away}
    />
  );
}

/** Somebody whom the host knows: the room that the page is about, or a list. */
function Person(props: {
  chat: Chat;
  rooms: readonly RoomState[];
  isLoaded: boolean;
  me: string;
}): JSX.Element {
  const { chat, rooms, isLoaded, me } = props;
  const { place } = useAround();
  const words = useWords();
  const [chosen, setChosen] = useState<string | null>(null);
  const wished = place.context.room ?? "";
  const key = wished || chosen || (rooms.length === 1 ? rooms[0]?.key : null);
  if (key) {
    const about = rooms.find((room) => room.key === key);
    const isListed = !wished && rooms.length > 1;
    const back = isListed ? () => setChosen(null) : undefined;
    const title = place.wishes.title && wished ? place.wishes.title : titleOf(key, about, words);
    const header = <Header title={title} note="" {...(back && { onBack: back })} />;
    return <RoomView key={key} chat={chat} roomKey={key} me={me} header={header} hours={null} />;
  }
  return (
    <>
      <Header title={words.rooms} note="" />
      {isLoaded ? <RoomList rooms={rooms} me={me} onChoose={setChosen} /> : <Skeleton />}
    </>
  );
}

function Ended({ chat }: { chat: Chat }): JSX.Element {
  const words = useWords();
  const { place } = useAround();
  return (
    <>
      <Header title={place.wishes.title} note="" />
      <div class="empty" role="alert">
        <p>{words.sessionEnded}</p>
        <button type="button" class="primary" onClick={() => void chat.session.restore()}>
          {words.retry}
        </button>
      </div>
    </>
  );
}
