// A menu where it was asked for: what is in it, one press away, by pointer, finger and keys.
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef } from "react";
import { Icon, type IconName } from "./icons.tsx";

/** Where on the screen, in pixels. */
export interface Place {
  x: number;
  y: number;
}

export interface MenuEntry {
  icon: IconName;
  word: string;
  act(): void;
  /** It cannot be undone. */
  isGrave?: boolean;
}

export interface MenuProps {
  label: string;
  place: Place;
  entries: readonly MenuEntry[];
  /** Stands before the entries. */
  children?: ReactNode;
  onEnd(): void;
}

export function Menu({ label, place, entries, children, onEnd }: MenuProps): ReactNode {
  const menu = useRef<HTMLDivElement>(null);
  usePlace(menu, place);
  useOutside(menu, onEnd);
  return (
    <div
      ref={menu}
      className="bs-menu"
      role="menu"
      tabIndex={-1}
      aria-label={label}
      onKeyDown={(event) => moveWithin(event, menu.current, onEnd)}
    >
      {children}
      {entries.map(({ icon, word, act, isGrave }) => (
        <button
          key={word}
          type="button"
          role="menuitem"
          tabIndex={-1}
          data-grave={isGrave}
          onClick={() => {
            onEnd();
            act();
          }}
        >
          <Icon name={icon} />
          {word}
        </button>
      ))}
    </div>
  );
}

/** Near the place where it was asked for, and whole on the screen. */
function usePlace(menu: { current: HTMLElement | null }, { x, y }: Place): void {
  useLayoutEffect(() => {
    const element = menu.current;
    if (!element) return;
    const { width, height } = element.getBoundingClientRect();
    const left = Math.max(8, Math.min(x, innerWidth - width - 8));
    const top = y + height + 8 > innerHeight ? Math.max(8, y - height) : y;
    element.style.left = `${left}px`;
    element.style.top = `${top}px`;
    element.querySelector("button")?.focus({ preventScroll: true });
  }, [menu, x, y]);
}

/** Whoever presses elsewhere, or scrolls, does not want it any more. */
function useOutside(menu: { current: HTMLElement | null }, onEnd: () => void): void {
  useEffect(() => {
    const end = ({ target }: Event) => {
      if (!(target instanceof Node && menu.current?.contains(target))) onEnd();
    };
    const calls = new AbortController();
    const hear = { capture: true, signal: calls.signal };
    document.addEventListener("pointerdown", end, hear);
    document.addEventListener("wheel", end, { ...hear, passive: true });
    addEventListener("blur", end, { signal: calls.signal });
    addEventListener("resize", end, { signal: calls.signal });
    return () => calls.abort();
  }, [menu, onEnd]);
}

function moveWithin(event: KeyboardEvent, menu: HTMLElement | null, onEnd: () => void): void {
  const items = [...(menu?.querySelectorAll<HTMLElement>("button") ?? [])];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const last = items.length - 1;
  const moves: Record<string, number> = {
    ArrowDown: at < last ? at + 1 : 0,
    ArrowUp: at > 0 ? at - 1 : last,
    ArrowRight: Math.min(at + 1, last),
    ArrowLeft: Math.max(at - 1, 0),
    Home: 0,
    End: last,
  };
  const next = moves[event.key];
  if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    event.stopPropagation();
    onEnd();
  } else if (next !== undefined) {
    event.preventDefault();
    event.stopPropagation();
    items[next]?.focus();
  }
}
