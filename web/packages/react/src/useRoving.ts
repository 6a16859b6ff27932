// A row of buttons as one stop of the Tab key: the arrows go from one to the next.
import { type FocusEvent, type KeyboardEvent, useState } from "react";

export interface Roving {
  /** For the element around the buttons, which are its children. */
  row: { onKeyDown: (event: KeyboardEvent) => void; onFocus: (event: FocusEvent) => void };
  /** The `tabIndex` of the button at `index`. */
  stop: (index: number) => 0 | -1;
}

export function useRoving(count: number): Roving {
  const [active, setActive] = useState(0);
  const current = Math.min(active, Math.max(0, count - 1));
  const onKeyDown = (event: KeyboardEvent) => {
    const row = event.currentTarget;
    const to = goal(event.key, current, count, getComputedStyle(row).direction === "rtl");
    const button = to === null ? null : row.children[to];
    if (!(button instanceof HTMLElement)) return;
    event.preventDefault();
    button.focus();
  };
  const onFocus = ({ currentTarget, target }: FocusEvent) => {
    const index = [...currentTarget.children].indexOf(target);
    if (index >= 0) setActive(index);
  };
  return { row: { onKeyDown, onFocus }, stop: (index) => (index === current ? 0 : -1) };
}

/** Where a key leads from `at`; null where it leads nowhere. */
function goal(key: string, at: number, count: number, rtl: boolean): number | null {
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  if (key === (rtl ? "ArrowLeft" : "ArrowRight")) return (at + 1) % count;
  if (key === (rtl ? "ArrowRight" : "ArrowLeft")) return (at + count - 1) % count;
  return null;
}
