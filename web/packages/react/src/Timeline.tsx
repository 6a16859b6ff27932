// The thread: rows from the oldest loaded to the newest, virtual when there are many.
import type { Id } from "@beseda/client/order-rooms";
import {
  forwardRef,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { type CustomContainerComponentProps, Virtualizer } from "virtua";
import { useAttention } from "./context.tsx";
import { Icon } from "./icons.tsx";
import { type MessageActions, RowView } from "./MessageView.tsx";
import { type Row, rowsOf } from "./rows.ts";
import type { ThreadRoom, ThreadSnapshot } from "./thread.ts";
import { dayName, dayOf } from "./time.ts";
import { type ThreadScroll, useThreadScroll } from "./useThreadScroll.ts";
import { plural, useLang, useWords } from "./words/index.ts";

/** Up to here all rows stand in the document, so that the browser's own search finds them. */
const ALL_MOUNTED = 300;
/** A message counts as read after it could be seen this long, in milliseconds: who only passes by has not read it. */
const READ_AFTER = 1_500;
/** The floating date stays this long after the last scroll, in milliseconds. */
const DATE_STAYS = 1_200;

export interface TimelineProps {
  room: ThreadRoom;
  snapshot: ThreadSnapshot;
  me: Id;
  actions: MessageActions;
  field: RefObject<HTMLTextAreaElement | null>;
}

export function Timeline({ room, snapshot, me, actions, field }: TimelineProps): ReactNode {
  const words = useWords();
  const all = useRows(snapshot, me);
  const older = () => {
    if (!snapshot.olderTrouble) void room.loadOlder();
  };
  const scroll = useThreadScroll(all, older);
  const { rows, look } = scroll;
  const loadedAt = snapshot.items[0]?.message.id;
  const roving = useRoving(scroll, field);
  const date = useFloatingDate(scroll);
  useReading(room, snapshot, scroll.atBottom);

  // A page that came in may have been too small to fill the view.
  // biome-ignore lint/correctness/useExhaustiveDependencies: looks again when the beginning moved
  useEffect(look, [look, loadedAt, snapshot.loadingOlder]);

  const kept = useKept(rows.length, roving.index);
  const today = dayOf(new Date());
  return (
    <div className="bs-thread">
      <section
        ref={scroll.scroller}
        className="bs-scroller"
        aria-label={words.messages}
        onScroll={() => {
          look();
          date.show();
        }}
        onKeyDown={roving.key}
        onFocus={roving.focus}
      >
        <div className="bs-spacer" />
        <Virtualizer
          ref={scroll.virtual}
          scrollRef={scroll.scroller}
          data={rows}
          shift={scroll.shift}
          keepMounted={kept}
          onResize={scroll.grew}
          as={Rows}
        >
          {(row: Row, index: number) => (
            <RowView
              key={row.key}
              row={row}
              active={index === roving.index}
              today={today}
              actions={actions}
            />
          )}
        </Virtualizer>
        <div className="bs-thread-end" />
      </section>
      {date.label && (
        <p className="bs-float-date" aria-hidden="true">
          <span>{date.label}</span>
        </p>
      )}
      <OlderPill room={room} snapshot={snapshot} />
      {!scroll.atBottom && <DownButton rows={rows} snapshot={snapshot} onClick={scroll.toBottom} />}
    </div>
  );
}

/** Virtua takes the pointer away from rows that scroll; here who presses one then means it too. */
const Rows = forwardRef<HTMLDivElement, CustomContainerComponentProps>(function Rows(
  { style, children },
  ref,
) {
  return (
    <div ref={ref} style={{ ...style, pointerEvents: "auto" }}>
      {children}
    </div>
  );
});

/** The rows that stand in the document wherever one looks. */
function useKept(count: number, active: number): number[] {
  return useMemo(() => {
    if (count <= ALL_MOUNTED) return Array.from({ length: count }, (_, index) => index);
    return active < 0 ? [] : [active];
  }, [count, active]);
}

function useRows(snapshot: ThreadSnapshot, me: Id): Row[] {
  const { items, unsent, firstUnread, lastUnread, readUpTo, older } = snapshot;
  const seams = useRef(new Set<number>());
  const first = items[0]?.message.id;
  return useMemo(() => {
    // Whatever was first once keeps its look, so that nothing moves when others come before it.
    if (first !== undefined) seams.current.add(first);
    const whole = older === "none";
    return rowsOf({
      items,
      unsent,
      me,
      firstUnread,
      lastUnread,
      readUpTo,
      whole,
      seams: seams.current,
    });
  }, [items, unsent, me, firstUnread, lastUnread, readUpTo, older, first]);
}

/** Marks the room as read while somebody looks at its end. */
function useReading(room: ThreadRoom, { unread, isConnected }: ThreadSnapshot, atBottom: boolean) {
  const attention = useAttention();
  useEffect(() => {
    if (!attention) room.leave();
  }, [room, attention]);
  useEffect(() => {
    if (!unread || !isConnected || !attention || !atBottom) return;
    const timer = setTimeout(() => room.markAsRead(), READ_AFTER);
    return () => clearTimeout(timer);
  }, [room, unread, isConnected, attention, atBottom]);
}

/** One stop for the Tab key; arrows, Home and End move between the messages. */
function useRoving(scroll: ThreadScroll, field: RefObject<HTMLTextAreaElement | null>) {
  const { rows, scroller, virtual } = scroll;
  const [key, setKey] = useState<string | null>(null);
  const own = key === null ? -1 : rows.findIndex((row) => row.key === key);
  const index = own >= 0 ? own : rows.findLastIndex(({ kind }) => kind === "message");

  const go = (from: number, step: 1 | -1) => {
    let next = from;
    while (rows[next] && rows[next]?.kind !== "message") next += step;
    const row = rows[next];
    if (!row) return;
    setKey(row.key);
    virtual.current?.scrollToIndex(next, { align: "nearest" });
    const focus = () =>
      scroller.current
        ?.querySelector<HTMLElement>(`[data-key="${CSS.escape(row.key)}"]`)
        ?.focus({ preventScroll: true });
    // A row far away has to be drawn first.
    requestAnimationFrame(() => requestAnimationFrame(focus));
  };

  const onKey = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    const onRow = target.classList.contains("bs-row");
    const moves: Record<string, [number, 1 | -1]> = {
      ArrowUp: [index - 1, -1],
      ArrowDown: [index + 1, 1],
      Home: [0, 1],
      End: [rows.length - 1, -1],
    };
    const move = moves[event.key];
    if (onRow && move) {
      event.preventDefault();
      go(...move);
    } else if (onRow && event.key === "Enter") {
      event.preventDefault();
      target.querySelector<HTMLElement>("button, a")?.focus();
    } else if (!onRow && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
      neighbour(target, event.key === "ArrowRight" ? 1 : -1)?.focus();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      if (onRow) field.current?.focus();
      else target.closest<HTMLElement>(".bs-row")?.focus();
    }
  };
  const onFocus = ({ target }: { target: EventTarget }) => {
    const row = (target as HTMLElement).closest<HTMLElement>(".bs-row");
    if (row?.dataset.key) setKey(row.dataset.key);
  };
  return { index, key: onKey, focus: onFocus };
}

/** The next control within the same message. */
function neighbour(target: HTMLElement, step: 1 | -1): HTMLElement | undefined {
  const controls = [
    ...(target.closest(".bs-row")?.querySelectorAll<HTMLElement>("button, a") ?? []),
  ];
  return controls[controls.indexOf(target) + step];
}

/** Names the day of the topmost visible row while the thread is being scrolled. */
function useFloatingDate({ rows, scroller, virtual, atBottom }: ThreadScroll) {
  const words = useWords();
  const lang = useLang();
  const [label, setLabel] = useState<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const show = () => {
    const element = scroller.current;
    if (!element || !virtual.current || atBottom) return;
    let top = virtual.current.findItemIndex(element.scrollTop + 8);
    while (rows[top] && rows[top]?.kind !== "message") top += 1;
    const row = rows[top];
    if (row?.kind !== "message") return;
    setLabel(dayName(row.at, new Date(), lang, words));
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setLabel(null), DATE_STAYS);
  };
  return { label, show };
}

function OlderPill({ room, snapshot }: { room: ThreadRoom; snapshot: ThreadSnapshot }): ReactNode {
  const words = useWords();
  if (snapshot.olderTrouble) {
    return (
      <p className="bs-older" role="alert">
        <span>
          {words.olderFailed}{" "}
          <button type="button" className="bs-link" onClick={() => void room.loadOlder()}>
            {words.retry}
          </button>
        </span>
      </p>
    );
  }
  if (!snapshot.loadingOlder) return null;
  return (
    <p className="bs-older bs-late">
      <span>{words.loadingOlder}</span>
    </p>
  );
}

/** Counts what came since the end of the thread was last seen. */
function DownButton(props: {
  rows: Row[];
  snapshot: ThreadSnapshot;
  onClick: () => void;
}): ReactNode {
  const { rows, snapshot, onClick } = props;
  const words = useWords();
  const lang = useLang();
  const [seen] = useState(() =>
    snapshot.unread && snapshot.firstUnread !== null
      ? snapshot.firstUnread - 1
      : (snapshot.items.at(-1)?.message.id ?? 0),
  );
  const count = rows.filter(
    (row) => row.kind === "message" && !row.mine && row.id !== null && row.id > seen,
  ).length;
  const label = count > 0 ? `${words.down}, ${plural(lang, count, words.arrived)}` : words.down;
  return (
    <button
      type="button"
      className="bs-down"
      aria-label={label}
      title={words.down}
      onClick={onClick}
    >
      <Icon name="down" />
      {count > 0 && <span className="bs-count">{count > 99 ? "99+" : count}</span>}
    </button>
  );
}
