// Keys of the console. They are off inside fields, where they mean what they say.
import { useEffect, useRef } from "react";

export interface Shortcuts {
  next?: () => void;
  previous?: () => void;
  take?: () => void;
  resolve?: () => void;
  note?: () => void;
  reply?: () => void;
  help?: () => void;
}

/** By the place of the key: a Russian layout has other letters there. */
const KEYS: Record<string, keyof Shortcuts> = {
  KeyJ: "next",
  KeyK: "previous",
  KeyA: "take",
  KeyE: "resolve",
  KeyP: "note",
  KeyL: "reply",
};

function wishOf(event: KeyboardEvent): keyof Shortcuts | undefined {
  if (event.ctrlKey || event.metaKey) return undefined;
  if (event.altKey) return KEYS[event.code];
  return event.key === "?" ? "help" : undefined;
}

export function useShortcuts(shortcuts: Shortcuts): void {
  const newest = useRef(shortcuts);
  newest.current = shortcuts;
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (target.closest("input, textarea, select, dialog, [contenteditable]")) return;
      const wish = wishOf(event);
      const act = wish && newest.current[wish];
      if (!act) return;
      event.preventDefault();
      act();
    };
    document.addEventListener("keydown", key);
    return () => document.removeEventListener("keydown", key);
  }, []);
}

/** Puts the focus into a field once it stands. */
export function focusField(where: string): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>(where)?.focus());
}
