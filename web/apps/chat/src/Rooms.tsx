// The two panes of the page: the rooms, and the one that is open. One at a time on narrow screens.
import { asTrouble, type Me, type Trouble } from "@beseda/client/order-rooms";
import {
  ChatRoomList,
  ChatWindow,
  type Lang,
  Sheets,
  sentenceFor,
  useClient,
  useObserved,
  useWords,
} from "@beseda/react";
import { type ReactNode, useEffect, useState, useSyncExternalStore } from "react";
import type { Theme } from "./choices.ts";
import { OpenByOrder } from "./OpenByOrder.tsx";
import { go, goBack, type Place } from "./place.ts";
import { Settings } from "./Settings.tsx";
import { useKeyboardRoom } from "./useKeyboardRoom.ts";
import { usePageWords } from "./words.ts";

export interface RoomsProps {
  me: Me;
  place: Place;
  theme: Theme;
  onTheme: (theme: Theme) => void;
  lang: Lang;
  onLang: (lang: Lang) => void;
}

export function Rooms({ me, place, ...choices }: RoomsProps): ReactNode {
  const client = useClient();
  const kit = useWords();
  const narrow = useNarrow();
  const trouble = useOrder(place.order);
  const { room } = place;
  useTitle();
  useKeyboardRoom();
  const open = room !== null || trouble !== null;
  // Where the list is all there is, it is what the page is about.
  const List = narrow ? "main" : "aside";
  return (
    <div className="page-rooms" data-open={open}>
      {(!narrow || !open) && (
        <List className="pane-list">
          <header className="list-header">
            <h1>{kit.rooms}</h1>
            <Settings me={me} {...choices} />
          </header>
          <OpenByOrder
            onOpen={(opened) => {
              client.list.put(opened);
              go(opened.id);
            }}
          />
          <div className="list-scroller">
            <ChatRoomList
              selected={room}
              onSelect={(id) => id !== room && go(id)}
              hrefOf={(id) => `${location.pathname}?room=${id}`}
            />
          </div>
        </List>
      )}
      {(!narrow || open) && (
        <main className="pane-thread">
          {narrow && <h1 className="bs-hidden">{kit.rooms}</h1>}
          {room !== null && <ChatWindow roomId={room} {...(narrow ? { onBack: goBack } : {})} />}
          {room === null && trouble && <OrderRefused trouble={trouble} />}
          {room === null && !trouble && <NothingOpen />}
        </main>
      )}
    </div>
  );
}

function NothingOpen(): ReactNode {
  const words = usePageWords();
  return (
    <div className="bs-state">
      <Sheets />
      <h2>{words.choose}</h2>
      <p>{words.chooseHint}</p>
    </div>
  );
}

function OrderRefused({ trouble }: { trouble: Trouble }): ReactNode {
  const words = usePageWords();
  const kit = useWords();
  const closed = trouble.kind === "missing" || trouble.kind === "forbidden";
  return (
    <div className="bs-state" role="alert">
      <h2>{kit.refusedTitle}</h2>
      <p>{closed ? words.noAccess : sentenceFor(trouble, kit)}</p>
      <button type="button" className="bs-button" onClick={() => go(null, true)}>
        {kit.back}
      </button>
    </div>
  );
}

/** `?order=17` opens that order's room, made now if need be. */
function useOrder(order: string | null): Trouble | null {
  const client = useClient();
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  useEffect(() => {
    setTrouble(null);
    if (order === null) return;
    let wanted = true;
    client.api.createRoomForOrder(order).then(
      (room) => {
        if (!wanted) return;
        client.list.put(room);
        go(room.id, true);
      },
      (error: unknown) => wanted && setTrouble(asTrouble(error)),
    );
    return () => {
      wanted = false;
    };
  }, [client, order]);
  return trouble;
}

/** The number of unread messages stands in the tab's title. */
function useTitle(): void {
  const { rooms } = useObserved(useClient().list);
  const words = usePageWords();
  const unread = (rooms ?? []).reduce((sum, { unread_count }) => sum + unread_count, 0);
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) ${words.product}` : words.product;
  }, [unread, words]);
}

const NARROW = "(width < 768px)";

function watchWidth(changed: () => void): () => void {
  const query = matchMedia(NARROW);
  query.addEventListener("change", changed);
  return () => query.removeEventListener("change", changed);
}

function useNarrow(): boolean {
  return useSyncExternalStore(watchWidth, () => matchMedia(NARROW).matches);
}
