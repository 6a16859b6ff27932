// Where a thread stands: it follows at the bottom, never moves when scrolled up, keeps its place when
// older rows come in above, and holds still under a pointer that is pressed.
import {
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useReducer,
  useRef,
  useState,
} from "react";
import type { VirtualizerHandle } from "virtua";
import { useNewest } from "./context.tsx";
import { usePress } from "./press.ts";
import type { Row } from "./rows.ts";

/** This near to the end counts as being there, in pixels. */
const NEAR_BOTTOM = 100;
/** Further rows are asked for this far before the edge of what is there is reached, in pixels. */
const NEAR_EDGE = 600;

export interface ThreadScroll {
  scroller: RefObject<HTMLElement | null>;
  virtual: RefObject<VirtualizerHandle | null>;
  /** The rows to draw now: usually all. */
  rows: Row[];
  /** Rows were added at the beginning in this very render. */
  shift: boolean;
  atBottom: boolean;
  /** The last row of which at least a half is in view; -1 when there is none. */
  seen: number;
  toBottom(): void;
  /** Puts the row into the middle, and stays there. */
  toRow(key: string): void;
  /** To be called when the thread was scrolled, or grew. */
  look(): void;
  grew(): void;
}

export interface ThreadEdges {
  /** Newer messages follow that are not shown: the last row is not the end. */
  isApart: boolean;
  onNearTop(): void;
  onNearEnd(): void;
}

export function useThreadScroll(all: Row[], edges: ThreadEdges): ThreadScroll {
  const scroller = useRef<HTMLElement>(null);
  const virtual = useRef<VirtualizerHandle>(null);
  const follows = useRef(true);
  const [atBottom, setAtBottom] = useState(true);
  const [seen, setSeen] = useState(-1);
  const { rows, shift } = useOneEndAtATime(all);
  const newest = useNewest(edges);
  const held = useRef<Held | null>(null);

  const look = useCallback(() => {
    const element = scroller.current;
    if (!element || held.current) return;
    const below = element.scrollHeight - element.scrollTop - element.clientHeight;
    const { isApart, onNearTop, onNearEnd } = newest.current;
    follows.current = below <= NEAR_BOTTOM && !isApart;
    setAtBottom(follows.current);
    setSeen(seenIn(element, virtual.current));
    if (element.scrollTop < NEAR_EDGE) onNearTop();
    if (isApart && below < NEAR_EDGE) onNearEnd();
  }, [newest]);

  const toBottom = useCallback(() => {
    follows.current = true;
    setAtBottom(true);
    const element = scroller.current;
    if (held.current) held.current.owed = true;
    else if (element) element.scrollTop = element.scrollHeight;
  }, []);

  const grew = useCallback(() => {
    if (follows.current) toBottom();
    else look();
    keepUnder(held.current, scroller.current);
  }, [toBottom, look]);

  usePress(scroller, {
    began(target) {
      const row = target.closest(".bs-row :is(a, button), .bs-row");
      if (row) held.current = { row, top: row.getBoundingClientRect().top, owed: false };
    },
    ended() {
      const owed = held.current?.owed;
      held.current = null;
      if (owed) toBottom();
      else look();
    },
  });

  useFirstPlace(rows, virtual, follows, toBottom);

  const lastKey = rows.at(-1)?.key;
  const lastMine = lastIsOnItsWay(rows);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new last row is what this waits for
  useLayoutEffect(() => {
    // What one has just written is always shown, also from deep in the history.
    if (follows.current || lastMine) toBottom();
  }, [lastKey]);

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const observer = new ResizeObserver(() => grew());
    observer.observe(element);
    return () => observer.disconnect();
  }, [grew]);

  const toRow = useCallback(
    (key: string) => {
      const index = rows.findIndex((row) => row.key === key);
      if (index < 0) return;
      follows.current = false;
      virtual.current?.scrollToIndex(index, { align: "center" });
    },
    [rows],
  );

  return { scroller, virtual, rows, shift, atBottom, seen, toBottom, toRow, look, grew };
}

/** The row that is at least half above the lower edge of the view. */
function seenIn(scroller: HTMLElement, virtual: VirtualizerHandle | null): number {
  if (!virtual) return -1;
  const edge = scroller.scrollTop + scroller.clientHeight;
  const index = virtual.findItemIndex(edge);
  const middle = virtual.getItemOffset(index) + virtual.getItemSize(index) / 2;
  return middle <= edge ? index : index - 1;
}

/** What is pressed, where it stood on the screen then, and whether the thread has to go to its end. */
interface Held {
  row: Element;
  top: number;
  owed: boolean;
}

/** Whatever grew above or below: what is pressed stays under the pointer, as far as one can scroll. */
function keepUnder(held: Held | null, scroller: HTMLElement | null): void {
  if (!held?.row.isConnected || !scroller) return;
  const moved = held.row.getBoundingClientRect().top - held.top;
  if (Math.abs(moved) >= 1) scroller.scrollTop += moved;
}

/** A thread opens at the first unread row where there is one, otherwise at its end. */
function useFirstPlace(
  rows: Row[],
  virtual: RefObject<VirtualizerHandle | null>,
  follows: RefObject<boolean>,
  toBottom: () => void,
): void {
  const placed = useRef(false);
  useLayoutEffect(() => {
    if (placed.current || rows.length === 0) return;
    placed.current = true;
    const unread = rows.findIndex(({ kind }) => kind === "unread");
    if (unread < 0) {
      toBottom();
      return;
    }
    follows.current = false;
    virtual.current?.scrollToIndex(unread, { align: "start", offset: -24 });
  }, [rows, virtual, follows, toBottom]);
}

/**
 * The virtual list keeps its place from the end when rows came in above, from the beginning
 * otherwise. When both ends grew at once, the new end waits for the next render.
 */
function useOneEndAtATime(all: Row[]): { rows: Row[]; shift: boolean } {
  const [, again] = useReducer((times: number) => times + 1, 0);
  const drawn = useRef<Row[]>([]);
  const before = drawn.current;
  const firstKey = before[0]?.key;
  const lastKey = before.at(-1)?.key;
  const shift =
    before.length > 0 && all[0]?.key !== firstKey && all.some(({ key }) => key === firstKey);
  const end = shift ? all.findLastIndex(({ key }) => key === lastKey) + 1 : 0;
  const rows = end > 0 && end < all.length ? all.slice(0, end) : all;
  useLayoutEffect(() => {
    drawn.current = rows;
    if (rows !== all) again();
  });
  return { rows, shift };
}

function lastIsOnItsWay(rows: Row[]): boolean {
  const last = rows.at(-1);
  return last?.kind === "message" && last.progress === "pending";
}
