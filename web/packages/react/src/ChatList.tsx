// The list of rooms and the search in two tabs, and the way to a new group.
import { type ReactNode, type RefObject, useId, useRef, useState } from "react";
import { ChatRoomList } from "./ChatRoomList.tsx";
import { useChat, useObserved } from "./context.tsx";
import type { GroupChatModalProps } from "./GroupChatModal.tsx";
import { Icon } from "./icons.tsx";
import type { SearchPaneProps } from "./search/SearchPane.tsx";
import { type Fetched, useFetched } from "./useFetched.ts";
import type { RoomId } from "./useRoom.ts";
import { useRoving } from "./useRoving.ts";
import { useWords } from "./words/index.ts";

/** What is shown of it. */
export interface ListView {
  tab: "rooms" | "search";
  /** Which rooms. */
  only: "all" | "unread";
  /** What is typed in the search. */
  query: string;
}

/** As it begins. */
export const LIST_VIEW: ListView = { tab: "rooms", only: "all", query: "" };

export interface ChatListProps {
  /** The room that is open, by its key or the number that contract 4 calls it by. */
  selected?: RoomId | null;
  /** It is told the key of the room, and the message that was found there. */
  onSelect(room: RoomId, seq?: number): void;
  /** Where a row leads when it is opened in another tab. */
  hrefOf?(room: string, seq?: number): string;
  /** With `onView`: for pages on which the list comes and goes, and is found as it was left. */
  view?: ListView;
  onView?(view: ListView): void;
}

export function ChatList({ selected = null, onSelect, hrefOf, ...kept }: ChatListProps): ReactNode {
  const words = useWords();
  const [own, setOwn] = useState(LIST_VIEW);
  const view = kept.view ?? own;
  const show = (change: Partial<ListView>) => (kept.onView ?? setOwn)({ ...view, ...change });
  const [isMaking, setMaking] = useState(false);
  const tabs = useRef<HTMLDivElement>(null);
  const panel = useId();
  const canGather = useGathering();
  const isSearch = view.tab === "search";
  const toRooms = () => {
    show({ tab: "rooms" });
    tabs.current?.querySelector("button")?.focus();
  };
  return (
    <div className="bs-list">
      <div className="bs-list-bar">
        <Tabs {...{ tabs, view, panel }} onTab={(tab) => show({ tab })} />
        {canGather && (
          <button
            type="button"
            className="bs-quiet"
            title={words.newGroup}
            aria-label={words.newGroup}
            onClick={() => setMaking(true)}
          >
            <Icon name="people" />
          </button>
        )}
      </div>
      <div
        id={panel}
        className="bs-list-panel"
        role="tabpanel"
        aria-label={isSearch ? words.search : words.rooms}
      >
        {isSearch ? (
          <Search
            query={view.query}
            onQuery={(query) => show({ query })}
            onEnd={toRooms}
            {...{ onSelect }}
            {...(hrefOf ? { hrefOf } : {})}
          />
        ) : (
          <>
            <Filter only={view.only} onOnly={(only) => show({ only })} />
            <ChatRoomList
              {...{ selected, onSelect }}
              {...(hrefOf ? { hrefOf } : {})}
              onlyUnread={view.only === "unread"}
              {...(canGather ? { onFind: () => show({ tab: "search" }) } : {})}
            />
          </>
        )}
      </div>
      {isMaking && (
        <NewGroup
          onClose={() => setMaking(false)}
          onMade={(room) => {
            setMaking(false);
            show({ tab: "rooms", only: "all" });
            onSelect(room);
          }}
        />
      )}
    </div>
  );
}

const fetchSearch = () => import("./search/SearchPane.tsx");
const fetchNewGroup = () => import("./GroupChatModal.tsx");

function Search(props: SearchPaneProps): ReactNode {
  const fetched = useFetched(fetchSearch);
  const { SearchPane } = fetched.value ?? {};
  return SearchPane ? <SearchPane {...props} /> : <NotHere fetched={fetched} />;
}

function NewGroup(props: GroupChatModalProps): ReactNode {
  const fetched = useFetched(fetchNewGroup);
  const { GroupChatModal } = fetched.value ?? {};
  return GroupChatModal ? <GroupChatModal {...props} /> : <NotHere fetched={fetched} />;
}

/** In the place of a part that has not come yet. */
function NotHere({ fetched }: { fetched: Fetched<unknown> }): ReactNode {
  const words = useWords();
  if (!fetched.failed) return null;
  return (
    <p className="bs-found-note" role="alert">
      {words.troubleNetwork}{" "}
      <button type="button" className="bs-link" onClick={fetched.again}>
        {words.retry}
      </button>
    </p>
  );
}

/** Whether one makes groups: the server has the last word, and says why where it refuses. */
function useGathering(): boolean {
  const { me } = useObserved(useChat().session);
  return me?.role === "teacher" || me?.role === "student";
}

interface TabsProps {
  tabs: RefObject<HTMLDivElement | null>;
  view: ListView;
  panel: string;
  onTab(tab: ListView["tab"]): void;
}

const TABS: ListView["tab"][] = ["rooms", "search"];

function Tabs({ tabs, view, panel, onTab }: TabsProps): ReactNode {
  const words = useWords();
  // The arrows only go there: whoever comes to the search is put into its field.
  const { row, stop } = useRoving(TABS.length);
  return (
    <div ref={tabs} className="bs-tabs" role="tablist" aria-label={words.rooms} {...row}>
      {TABS.map((tab, index) => (
        <button
          key={tab}
          type="button"
          role="tab"
          aria-selected={tab === view.tab}
          aria-controls={panel}
          tabIndex={stop(index)}
          onClick={() => onTab(tab)}
        >
          {tab === "rooms" ? words.rooms : words.search}
        </button>
      ))}
    </div>
  );
}

function Filter({
  only,
  onOnly,
}: {
  only: ListView["only"];
  onOnly(only: ListView["only"]): void;
}) {
  const words = useWords();
  const { rooms } = useObserved(useChat().rooms);
  if (rooms.length === 0) return null;
  return (
    <fieldset className="bs-filter">
      <legend className="bs-hidden">{words.rooms}</legend>
      {(["all", "unread"] as const).map((one) => (
        <button key={one} type="button" aria-pressed={one === only} onClick={() => onOnly(one)}>
          {one === "all" ? words.allRooms : words.unreadRooms}
        </button>
      ))}
    </fieldset>
  );
}
