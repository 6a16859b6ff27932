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
  ChatList,
  ChatThread,
  type Lang,
  LIST_VIEW,
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

/** The roles that have orders: others are not asked for a number of one. */
const WITH_ORDERS: ReadonlySet<string> = new Set(["client", "expert", "operator", "mom", "admin"]);

export interface RoomsProps {
  me: Me;
  place: Place;
  theme: Theme;
  onTheme: (theme: Theme) => void;
  lang: Lang;
  onLang: (lang: Lang) => void;
  sound: boolean;
  onSound: (isOn: boolean) => void;
}

export function Rooms({ me, place, ...choices }: RoomsProps): ReactNode {
  const kit = useWords();
  const narrow = useNarrow();
  const trouble = useOrder(place.order);
  const { room } = place;
  // The list goes while a room is open on a narrow screen, and comes back as it was.
  const [view, onView] = useState(LIST_VIEW);
  const hasOrders = WITH_ORDERS.has(me.role);
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
          {hasOrders && <OpenByOrder onOpen={(opened) => go(opened)} />}
          <ChatList
            selected={selected}
            onSelect={(id, at) => (id !== selected || at !== undefined) && go(id, false, at)}
            hrefOf={addressOf}
            {...{ view, onView }}
          />
        </List>
      )}
      {(!narrow || open) && (
        <main className="pane-thread">
          {narrow && <h1 className="bs-hidden">{kit.rooms}</h1>}
          {room !== null && (
            <ChatThread
              roomId={room}
              at={place.at}
              linkTo={(key, seq) => new URL(addressOf(key, seq), location.href).href}
              {...(narrow ? { onBack: goBack } : {})}
            />
          )}
          {room === null && trouble && <OrderRefused trouble={trouble} />}
          {room === null && !trouble && <NothingOpen hasOrders={hasOrders} />}
        </main>
      )}
    </div>
  );
}

function NothingOpen({ hasOrders }: { hasOrders: boolean }): ReactNode {
  const words = usePageWords();
  return (
    <div className="bs-state">
      <Sheets />
      <h2>{words.choose}</h2>
      <p>{hasOrders ? words.chooseHint : words.chooseHintSearch}</p>
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
    // An application that is installed has a badge, too.
    void navigator.setAppBadge?.(messages).catch(() => undefined);
  }, [messages, words]);
}
