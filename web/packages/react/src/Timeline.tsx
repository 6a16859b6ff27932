// The thread: rows from the oldest loaded to the newest, virtual when there are many.
import type { Right } from "@beseda/client";
import {
  forwardRef,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { type CustomContainerComponentProps, Virtualizer } from "virtua";
import { Boundary } from "./Boundary.tsx";
import { useAttention, useNewest } from "./context.tsx";
import { Icon } from "./icons.tsx";
import { type MessageActions, RowView } from "./MessageView.tsx";
import { type Row, rowsOf } from "./rows.ts";
import type { Thread, ThreadSnapshot } from "./thread.ts";
import { dayName, dayOf } from "./time.ts";
import { type Jump, useJump } from "./useJump.ts";
import { type ThreadScroll, useThreadScroll } from "./useThreadScroll.ts";
import { plural, useLang, useWords } from "./words/index.ts";

/** Up to here all rows stand in the document, so that the browser's own search finds them. */
const ALL_MOUNTED = 300;
/** A message counts as read after it could be seen this long, in milliseconds: who only passes by has not read it. */
const READ_AFTER = 1_500;
/** Rows that come all at once have their heights after so many frames. */
const SETTLES = 4;
/** The floating date stays this long after the last scroll, in milliseconds. */
const DATE_STAYS = 1_200;

export interface TimelineProps {
  thread: Thread;
  snapshot: ThreadSnapshot;
  self: string;
  can: ReadonlySet<Right>;
  actions: MessageActions;
  /** Where somebody wants to go; null when nowhere. */
  jump: Jump | null;
  onJumped(back: number | null): void;
  field: RefObject<HTMLTextAreaElement | null>;
}

export function Timeline(props: TimelineProps): ReactNode {
  const { thread, snapshot, self, can, actions, jump, field } = props;
  const words = useWords();
  const all = useRows(snapshot, self);
  const scroll = useThreadScroll(all, {
    isApart: snapshot.isApart,
    onNearTop: () => snapshot.trouble || void thread.older(),
    onNearEnd: () => snapshot.trouble || void thread.newer(),
  });
  const { rows, look } = scroll;
  const roving = useRoving(scroll, field);
  const date = useFloatingDate(scroll);
  const lit = useJump(thread, scroll, jump);
  useReading(thread, snapshot, scroll);
  const toEnd = useEnd(thread, snapshot, scroll);

  // A page that came in may have been too small to fill the view.
  const [first, last] = [snapshot.shown[0]?.seq, snapshot.shown.at(-1)?.seq];
  // biome-ignore lint/correctness/useExhaustiveDependencies: looks again when either end has moved
  useEffect(look, [look, first, last, snapshot.isLoading]);

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
            <Boundary key={row.key} of={row} instead={<p className="bs-odd">{words.unreadable}</p>}>
              <RowView
                row={row}
                active={index === roving.index}
                lit={row.key === lit}
                canReply={can.has("send")}
                canReact={can.has("react")}
                today={today}
                actions={actions}
              />
            </Boundary>
          )}
        </Virtualizer>
        <div className="bs-thread-end" />
      </section>
      {date.label && (
        <p className="bs-float-date" aria-hidden="true">
          <span>{date.label}</span>
        </p>
      )}
      <OlderPill thread={thread} snapshot={snapshot} />
      {jump?.back != null && <BackChip onClick={() => props.onJumped(jump.back)} />}
      {!scroll.atBottom && <DownButton unread={snapshot.me?.unread ?? 0} onClick={toEnd} />}
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

function useRows(snapshot: ThreadSnapshot, self: string): Row[] {
  const { shown, isApart, fresh, missed, readBy, deliveredTo } = snapshot;
  const seams = useRef(new Set<number>());
  const first = shown[0]?.seq;
  const whole = !snapshot.hasBefore;
  // What is on its way stands at the end, and only there.
  const unsent = isApart ? NOTHING : snapshot.unsent;
  return useMemo(() => {
    // Whatever was first once keeps its look, so that nothing moves when others come before it.
    if (first !== undefined) seams.current.add(first);
    const source = { shown, unsent, self, fresh, missed, readBy, deliveredTo, whole };
    return rowsOf({ ...source, seams: seams.current });
  }, [shown, unsent, self, fresh, missed, readBy, deliveredTo, whole, first]);
}

const NOTHING: ThreadSnapshot["unsent"] = [];

/** What was in view for a while, and somebody looked, is read. */
function useReading(thread: Thread, snapshot: ThreadSnapshot, scroll: ThreadScroll): void {
  const { hasUnread, isConnected } = snapshot;
  const { rows, seen, atBottom } = scroll;
  const attention = useAttention();
  useEffect(() => {
    if (!attention) thread.leave();
  }, [thread, attention]);
  useEffect(() => {
    if (!attention || !atBottom) return;
    // Who looks at the end hears no sound of it.
    return thread.room.look();
  }, [thread, attention, atBottom]);
  const upTo = seqAt(rows, atBottom ? rows.length - 1 : seen);
  useEffect(() => {
    if (!hasUnread || !isConnected || !attention || upTo === 0) return;
    const timer = setTimeout(() => thread.read(upTo), READ_AFTER);
    return () => clearTimeout(timer);
  }, [thread, hasUnread, isConnected, attention, upTo]);
}

/** The message at this row, or the last one before it. */
function seqAt(rows: readonly Row[], index: number): number {
  for (let at = Math.min(index, rows.length - 1); at >= 0; at -= 1) {
    const row = rows[at];
    if (row?.kind === "message" && row.message) return row.message.seq;
  }
  return 0;
}

/** The way to the end, which may not be among what is shown. */
function useEnd(thread: Thread, { isApart, unsent }: ThreadSnapshot, scroll: ThreadScroll) {
  const wanted = useRef(false);
  const { toBottom, rows } = scroll;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the end is there with the rows that come then
  useLayoutEffect(() => {
    if (!wanted.current || isApart) return;
    wanted.current = false;
    toBottom();
    // Rows that are drawn for the first time were not as high as they were thought to be.
    let frames = SETTLES;
    const again = () => {
      toBottom();
      frames -= 1;
      if (frames > 0) requestAnimationFrame(again);
    };
    requestAnimationFrame(again);
  }, [isApart, toBottom, rows]);
  const toEnd = () => {
    wanted.current = isApart;
    if (isApart) thread.toEnd();
    else toBottom();
  };
  // What one has just written is always shown, also from deep in the history.
  const mine = unsent.at(-1)?.client_id;
  const go = useNewest(toEnd);
  useEffect(() => {
    if (mine !== undefined) go.current();
  }, [mine, go]);
  return toEnd;
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

interface OlderPillProps {
  thread: Thread;
  snapshot: ThreadSnapshot;
}

function OlderPill({ thread, snapshot }: OlderPillProps): ReactNode {
  const words = useWords();
  if (snapshot.trouble) {
    return (
      <p className="bs-older" role="alert">
        <span>
          {words.olderFailed}{" "}
          <button type="button" className="bs-link" onClick={() => void thread.older()}>
            {words.retry}
          </button>
        </span>
      </p>
    );
  }
  if (!snapshot.isLoading) return null;
  return (
    <p className="bs-older bs-late">
      <span>{words.loadingOlder}</span>
    </p>
  );
}

/** Back to the message from which somebody has jumped. */
function BackChip({ onClick }: { onClick: () => void }): ReactNode {
  const words = useWords();
  return (
    <button type="button" className="bs-back-chip" onClick={onClick}>
      <Icon name="reply" />
      {words.backThere}
    </button>
  );
}

/** To the end, and how much is unread on the way. */
function DownButton({ unread, onClick }: { unread: number; onClick: () => void }): ReactNode {
  const words = useWords();
  const lang = useLang();
  const label = unread > 0 ? `${words.down}, ${plural(lang, unread, words.arrived)}` : words.down;
  return (
    <button
      type="button"
      className="bs-down"
      aria-label={label}
      title={words.down}
      onClick={onClick}
    >
      <Icon name="down" />
      {unread > 0 && <span className="bs-count">{unread > 99 ? "99+" : unread}</span>}
    </button>
  );
}
