// The queue: its tabs with their counts, and a row for each conversation.
import type { Case } from "@beseda/client/desk";
import { addressOf, go } from "@beseda/pages";
import {
  hueOf,
  initialsOf,
  sentenceFor,
  useChat,
  useObserved,
  useSelf,
  useWords,
  type Words,
} from "@beseda/react";
import { type MouseEvent, type ReactNode, useMemo, useState } from "react";
import { useDesk } from "./desk.ts";
import { useNameOf } from "./people.ts";
import { countOf, listed, type QueueSnapshot, type Sort, type Tab } from "./queue.ts";
import { nameOf } from "./titles.ts";
import { ageOf, span, useNow } from "./waiting.ts";
import { useConsoleWords } from "./words.ts";

const TABS: Tab[] = ["new", "mine", "all"];
const SORTS: Sort[] = ["oldest", "newest"];

/** Which part of the queue is looked at. */
export function useView() {
  const queue = useObserved(useDesk().queue);
  const self = useSelf();
  const [tab, setTab] = useState<Tab>("new");
  const [sort, setSort] = useState<Sort>("oldest");
  const [resolved, setResolved] = useState(false);
  const shown = useMemo(
    () => listed(queue, tab, { self, sort, resolved: resolved && tab !== "new" }),
    [queue, tab, self, sort, resolved],
  );
  return { queue, self, tab, setTab, sort, setSort, resolved, setResolved, shown };
}

export type View = ReturnType<typeof useView>;

export function QueueList({ view, selected }: { view: View; selected: string | null }): ReactNode {
  const words = useConsoleWords();
  const { queue, tab, shown } = view;
  const now = useNow();
  return (
    <>
      <Link />
      <Tabs view={view} />
      <Filters view={view} />
      <nav className="list-scroller queue" aria-label={words.queue}>
        <QueueTrouble queue={queue} />
        {!queue.loaded && !queue.trouble && <Skeleton />}
        {queue.loaded && shown.length === 0 && (
          <div className="bs-state">
            <h2>{words.empty[tab]}</h2>
            <p>{words.emptyHint}</p>
          </div>
        )}
        <ul>
          {shown.map((one) => (
            <Row key={one.room} told={one} isSelected={one.room === selected} now={now} />
          ))}
        </ul>
        {view.resolved && tab !== "new" && queue.resolvedNext != null && <More />}
        {queue.isCut && <p className="queue-note">{words.notAll}</p>}
      </nav>
    </>
  );
}

/** How the link to the server stands. */
function Link(): ReactNode {
  const words = useConsoleWords();
  const { phase } = useObserved(useChat().link);
  const isOpen = phase === "open";
  return (
    <p className="console-link bs-badge" data-online={isOpen} role="status">
      <span className="bs-dot" />
      {isOpen ? words.connected : words.connecting}
    </p>
  );
}

function Tabs({ view }: { view: View }): ReactNode {
  const words = useConsoleWords();
  const { queue, self, tab, setTab } = view;
  return (
    <div className="queue-tabs">
      {TABS.map((one) => (
        <button key={one} type="button" aria-pressed={one === tab} onClick={() => setTab(one)}>
          {words.tabs[one]}
          <span className="queue-count">{countOf(queue, one, self)}</span>
        </button>
      ))}
    </div>
  );
}

function Filters({ view }: { view: View }): ReactNode {
  const words = useConsoleWords();
  const { queue } = useDesk();
  const { tab, sort, setSort, resolved, setResolved } = view;
  return (
    <div className="queue-filters">
      <select
        aria-label={words.sort}
        value={sort}
        onChange={({ target }) => setSort(target.value as Sort)}
      >
        {SORTS.map((one) => (
          <option key={one} value={one}>
            {words.sorts[one]}
          </option>
        ))}
      </select>
      {tab !== "new" && (
        <label>
          <input
            type="checkbox"
            checked={resolved}
            onChange={({ target }) => {
              setResolved(target.checked);
              if (target.checked && queue.getSnapshot().resolvedNext === undefined) {
                void queue.loadResolved();
              }
            }}
          />
          {words.resolvedToo}
        </label>
      )}
    </div>
  );
}

function QueueTrouble({ queue: { trouble } }: { queue: QueueSnapshot }): ReactNode {
  const words = useConsoleWords();
  const kit = useWords();
  const { queue } = useDesk();
  if (!trouble) return null;
  return (
    <div className="console-trouble" role="alert">
      <span>
        {words.queueFailed} {sentenceFor(trouble, kit)}
      </span>
      <button type="button" className="bs-link" onClick={() => void queue.load()}>
        {kit.retry}
      </button>
    </div>
  );
}

function More(): ReactNode {
  const words = useConsoleWords();
  const { queue } = useDesk();
  return (
    <button type="button" className="queue-more" onClick={() => void queue.loadResolved()}>
      {words.more}
    </button>
  );
}

function Skeleton(): ReactNode {
  return (
    <div className="bs-list-skeleton bs-late" aria-hidden="true">
      {[0, 1, 2, 3].map((row) => (
        <div key={row}>
          <span />
          <span />
        </div>
      ))}
    </div>
  );
}

interface RowProps {
  told: Case;
  isSelected: boolean;
  now: number;
}

function Row({ told, isSelected, now }: RowProps): ReactNode {
  const kit = useWords();
  const words = useConsoleWords();
  const self = useSelf();
  const name = nameOf(told, kit);
  const title = told.about.title;
  const open = (event: MouseEvent) => {
    // Another tab or window is wished for.
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    if (!isSelected) go(told.room);
  };
  return (
    <li>
      <a
        className="bs-room"
        href={addressOf(told.room)}
        aria-current={isSelected ? "page" : undefined}
        data-unread={told.owes === "us"}
        data-hue={hueOf(told.visitor?.person ?? told.room)}
        onClick={open}
      >
        <span className="bs-avatar" aria-hidden="true">
          {initialsOf(name) || "#"}
        </span>
        <span className="bs-room-words">
          <span className="bs-room-line">
            <bdi className="bs-room-title">{name}</bdi>
            <Wait told={told} now={now} />
          </span>
          {title && title !== name && <bdi className="bs-room-name">{title}</bdi>}
          <span className="bs-room-line">
            <bdi className="bs-preview">{previewOf(told, self, kit)}</bdi>
            <Assignee id={told.assigned_to} />
          </span>
          <span className="queue-signs">
            <span className="queue-state" data-state={told.state}>
              {words.states[told.state]}
            </span>
            {told.tags.map((tag) => (
              <bdi key={tag} className="queue-tag">
                {tag}
              </bdi>
            ))}
          </span>
        </span>
      </a>
    </li>
  );
}

function previewOf({ about }: Case, self: string, kit: Words): string {
  const last = about.last_message;
  if (!last) return kit.noMessages;
  const text = last.erased_at ? kit.removed : last.text || last.files[0]?.name || kit.file;
  return last.author?.id === self ? `${kit.you}: ${text}` : text;
}

/** Since when somebody waits for an answer, in a colour by how long that is. */
function Wait({ told, now }: { told: Case; now: number }): ReactNode {
  const words = useConsoleWords();
  const passed = Math.max(0, now - Date.parse(told.since));
  const time = span(passed, words.units);
  if (told.owes !== "us" || told.state === "resolved") {
    return <span className="bs-room-time">{time}</span>;
  }
  return (
    <span className="queue-wait" data-age={ageOf(passed)}>
      {words.waits(time)}
    </span>
  );
}

function Assignee({ id }: { id: string | null }): ReactNode {
  const words = useConsoleWords();
  const self = useSelf();
  const { me } = useObserved(useChat().session);
  const asked = useNameOf(id === self ? null : id);
  if (id === null) return null;
  const name = id === self ? (me?.full_name ?? "") || ownName(me) : asked;
  const label = id === self ? words.me : words.answers(name || words.somebody);
  return (
    <span className="queue-assignee" data-hue={hueOf(id)} title={label}>
      <span aria-hidden="true">{initialsOf(name) || "?"}</span>
      <span className="bs-hidden">{label}</span>
    </span>
  );
}

/** The native API tells a person's name in one word, contract 4 in another. */
const ownName = (me: unknown): string => (me as { name?: string } | null)?.name ?? "";
