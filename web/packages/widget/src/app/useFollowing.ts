// Where a thread stands: it follows at its end, and keeps its place when older rows come in above.
import type { RefObject } from "preact";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Row } from "./rows.ts";

/** This near to the end counts as being there, in pixels. */
const NEAR = 60;

export interface Following {
  scroller: RefObject<HTMLElement | null>;
  end: RefObject<HTMLSpanElement | null>;
  follows: boolean;
  /** The end of the thread is before somebody's eyes. */
  seesEnd: boolean;
  /** Messages of others that have come since it was scrolled up. */
  missed: number;
  toEnd: () => void;
}

export function useFollowing(rows: readonly Row[]): Following {
  const scroller = useRef<HTMLElement>(null);
  const end = useRef<HTMLSpanElement>(null);
  const [follows, setFollows] = useState(true);
  const followed = useRef(true);
  const last = rows.at(-1);
  const newest = useRef(last?.key);
  /** The last row that was seen before it was scrolled up. */
  const seen = useRef<string | undefined>(undefined);

  const toEnd = useCallback(() => {
    const { current } = scroller;
    if (current) current.scrollTop = current.scrollHeight;
  }, []);

  useEffect(() => {
    const { current } = scroller;
    if (!current) return;
    const look = () => {
      const below = current.scrollHeight - current.scrollTop - current.clientHeight;
      const isNear = below <= NEAR;
      if (followed.current && !isNear) seen.current = newest.current;
      followed.current = isNear;
      setFollows(isNear);
    };
    const observer = new ResizeObserver(() => followed.current && toEnd());
    observer.observe(current);
    if (current.firstElementChild) observer.observe(current.firstElementChild);
    current.addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      current.removeEventListener("scroll", look);
    };
  }, [toEnd]);

  useKeptPlace(scroller, rows[0]?.key);
  const lastKey = last?.key;
  const isMine = last?.kind === "message" && last.client_id !== null;
  useLayoutEffect(() => {
    newest.current = lastKey;
    // What one has just written is always shown, also from deep in the history.
    if (followed.current || isMine) toEnd();
  }, [lastKey, isMine, toEnd]);

  const at = rows.findIndex(({ key }) => key === seen.current);
  const since = follows || at < 0 ? [] : rows.slice(at + 1);
  const missed = since.filter((row) => row.kind === "message" && !row.mine).length;
  return { scroller, end, follows, seesEnd: useSeen(end), missed, toEnd };
}

/** What came in above moves nothing of what one sees. */
function useKeptPlace(scroller: RefObject<HTMLElement | null>, first: string | undefined): void {
  const before = useRef<{ element: HTMLElement; top: number } | null>(null);
  useLayoutEffect(() => {
    const { current } = scroller;
    const had = before.current;
    if (current && had?.element.isConnected) current.scrollTop += had.element.offsetTop - had.top;
    const element = current?.querySelector<HTMLElement>("article");
    before.current = element ? { element, top: element.offsetTop } : null;
  }, [scroller, first]);
}

/** Whether it is on the screen: a closed panel, a hidden tab and a page that is scrolled on show nothing. */
function useSeen(place: RefObject<Element | null>): boolean {
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    const { current } = place;
    if (!current) return;
    const observer = new IntersectionObserver((entries) => {
      setSeen(entries.at(-1)?.isIntersecting === true);
    });
    observer.observe(current);
    return () => observer.disconnect();
  }, [place]);
  return isSeen;
}
