// The two panes of the page: the rooms, and the one that is open. One at a time on narrow screens.
import { asTrouble, type Trouble } from "@beseda/client";
import type { Me } from "@beseda/client/order-rooms";
import {
  addressOf,
  go,
  goBack,
  Settings,
  type Theme,
  useKeyboardRoom,
  useNarrow,
} from "@beseda/pages";
import {
  ChatRoomList,
  ChatWindow,
  type Lang,
  Sheets,
  sentenceFor,
  useChat,
  useObserved,
  useOpening,
  useRoomKey,
  useWords,
} from "@beseda/react";
import { type ReactNode, useEffect, useState } from "react";
import { OpenByOrder } from "./OpenByOrder.tsx";
import type { Place } from "./place.ts";
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
  const kit = useWords();
  const narrow = useNarrow();
  const trouble = useOrder(place.order);
  const { room } = place;
  const { key: selected } = useRoomKey(room);
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
          <OpenByOrder onOpen={(opened) => go(opened)} />
          <div className="list-scroller">
            <ChatRoomList
              selected={selected}
              onSelect={(id) => id !== selected && go(id)}
              hrefOf={addressOf}
            />
          </div>
        </List>
      )}
      {(!narrow || open) && (
        <main className="pane-thread">
          {narrow && <h1 className="bs-hidden">{kit.rooms}</h1>}
          {room !== null && (
            <ChatWindow
              roomId={room}
              at={place.at}
              linkTo={(key, seq) => new URL(addressOf(key, seq), location.href).href}
              {...(narrow ? { onBack: goBack } : {})}
            />
          )}
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

/** `?order=17` opens that order's room. */
function useOrder(order: string | null): Trouble | null {
  const opening = useOpening();
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  useEffect(() => {
    setTrouble(null);
    if (order === null) return;
    let wanted = true;
    opening(order).then(
      (room) => wanted && go(room, true),
      (error: unknown) => wanted && setTrouble(asTrouble(error)),
    );
    return () => {
      wanted = false;
    };
  }, [opening, order]);
  return trouble;
}

/** The number of unread messages stands in the tab's title. */
function useTitle(): void {
  const { unread } = useObserved(useChat().rooms);
  const words = usePageWords();
  const { messages } = unread;
  useEffect(() => {
    document.title = messages > 0 ? `(${messages}) ${words.product}` : words.product;
  }, [messages, words]);
}
