// What kind of screen this is, and where on it a panel finds its place.
import { type RefObject, useLayoutEffect } from "react";

const COARSE = "(pointer: coarse)";
/** Where panels are sheets at the bottom; the style sheets say the same. */
const SHEET = "(pointer: coarse) and (width < 768px)";
/** Between a panel, what it belongs to, and the edge of the window, in pixels. */
const GAP = 8;

/** True on devices that are touched: there Enter breaks the line, and nothing takes the focus, since a keyboard would come up. */
export function isTouch(): boolean {
  return matchMedia(COARSE).matches;
}

/** True where panels are sheets. */
export function isSheet(): boolean {
  return matchMedia(SHEET).matches;
}

export interface Size {
  width: number;
  height: number;
}

export interface Box extends Size {
  x: number;
  y: number;
}

/** Where a panel stands: above `box`, or below it where there is more room, and always within the window. */
export function besideBox(box: Box, panel: Size, view: Size): { x: number; y: number } {
  const above = box.y - GAP - panel.height;
  const below = box.y + box.height + GAP;
  const roomBelow = view.height - below - panel.height;
  const y = above >= GAP || above >= roomBelow ? above : below;
  const x = box.x + box.width / 2 - panel.width / 2;
  return {
    x: within(x, view.width - panel.width - GAP),
    y: within(y, view.height - panel.height - GAP),
  };
}

function within(wanted: number, most: number): number {
  return Math.round(Math.max(GAP, Math.min(wanted, most)));
}

/** Keeps `panel` beside `opener`; on a narrow screen that is touched, at the bottom above the keyboard. */
export function usePlaceBeside(
  panel: RefObject<HTMLElement | null>,
  opener: RefObject<Element | null> | undefined,
): void {
  useLayoutEffect(() => {
    const place = () => {
      const element = panel.current;
      if (!element) return;
      if (isSheet()) {
        element.style.inset = "";
        element.style.insetBlockEnd = `${hiddenBelow()}px`;
        return;
      }
      const box = opener?.current?.getBoundingClientRect();
      if (!box) return;
      const view = document.documentElement;
      const room = { width: view.clientWidth, height: view.clientHeight };
      const size = { width: element.offsetWidth, height: element.offsetHeight };
      const { x, y } = besideBox(box, size, room);
      // A box on the screen has no direction of writing.
      element.style.inset = `${y}px auto auto ${x}px`;
    };
    place();
    const calls = new AbortController();
    addEventListener("resize", place, { signal: calls.signal });
    window.visualViewport?.addEventListener("resize", place, { signal: calls.signal });
    return () => calls.abort();
  }, [panel, opener]);
}

/** What a keyboard covers of the page, where it does not make the page smaller, in pixels. */
function hiddenBelow(): number {
  const seen = window.visualViewport;
  return seen ? Math.max(0, Math.round(innerHeight - seen.height - seen.offsetTop)) : 0;
}
