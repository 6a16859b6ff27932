// Everything that can be done with a message, as a menu where it was asked for.
import type { Message, Right } from "@beseda/client";
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef } from "react";
import { Icon, type IconName } from "./icons.tsx";
import type { MessageRow } from "./rows.ts";
import { useWords, type Words } from "./words/index.ts";

/** Where on the screen, in pixels. */
export interface Place {
  x: number;
  y: number;
}

export interface MessageWays {
  reply(row: MessageRow): void;
  edit(row: MessageRow): void;
  remove(row: MessageRow): void;
  react(message: Message, emoji: string): void;
  /** Opens all emoji, where the page has them. */
  reactMore?: ((row: MessageRow) => void) | undefined;
  pin(message: Message, on: boolean): void;
  markUnread(message: Message): void;
  copy(text: string): void;
  /** The address of a message, where the page has such addresses. */
  linkTo?: ((seq: number) => string) | undefined;
}

export interface MessageMenuProps {
  row: MessageRow;
  place: Place;
  can: ReadonlySet<Right>;
  ways: MessageWays;
  onEnd(): void;
}

/** One press away; the picker has the rest. */
const QUICK = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

interface Item {
  icon: IconName;
  word: string;
  act(): void;
  isGrave?: boolean;
}

export function MessageMenu(props: MessageMenuProps): ReactNode {
  const { row, place, can, ways, onEnd } = props;
  const words = useWords();
  const menu = useRef<HTMLDivElement>(null);
  usePlace(menu, place);
  useOutside(menu, onEnd);
  const { message } = row;
  if (!message) return null;
  const items = itemsOf(row, message, can, ways, words);
  const act = (work: () => void) => {
    onEnd();
    work();
  };
  return (
    <div
      ref={menu}
      className="bs-menu"
      role="menu"
      tabIndex={-1}
      aria-label={words.more}
      onKeyDown={(event) => moveWithin(event, menu.current, onEnd)}
    >
      {can.has("react") && (
        // biome-ignore lint/a11y/useSemanticElements: a menu has groups, a form has field sets
        <div className="bs-menu-quick" role="group" aria-label={words.reactions}>
          {QUICK.map((emoji) => (
            <button
              key={emoji}
              type="button"
              className="bs-quick-one"
              role="menuitemcheckbox"
              aria-checked={message.reactions.some((one) => one.emoji === emoji && one.mine)}
              tabIndex={-1}
              onClick={() => act(() => ways.react(message, emoji))}
            >
              {emoji}
            </button>
          ))}
          {ways.reactMore && (
            <button
              type="button"
              className="bs-quick-one"
              role="menuitem"
              aria-haspopup="dialog"
              title={words.moreReactions}
              aria-label={words.moreReactions}
              tabIndex={-1}
              onClick={() => ways.reactMore?.(row)}
            >
              <Icon name="smile" />
            </button>
          )}
        </div>
      )}
      {items.map(({ icon, word, act: work, isGrave }) => (
        <button
          key={word}
          type="button"
          role="menuitem"
          tabIndex={-1}
          data-grave={isGrave}
          onClick={() => act(work)}
        >
          <Icon name={icon} />
          {word}
        </button>
      ))}
    </div>
  );
}

function itemsOf(
  row: MessageRow,
  message: Message,
  can: ReadonlySet<Right>,
  ways: MessageWays,
  words: Words,
): Item[] {
  const { linkTo } = ways;
  const isPinned = message.pinned !== null;
  const items: (Item | false)[] = [
    can.has("send") && { icon: "reply", word: words.reply, act: () => ways.reply(row) },
    row.text !== "" && { icon: "copy", word: words.copy, act: () => ways.copy(row.text) },
    linkTo !== undefined && {
      icon: "link",
      word: words.copyLink,
      act: () => ways.copy(linkTo(message.seq)),
    },
    row.mine &&
      can.has("edit-own") && { icon: "edit", word: words.edit, act: () => ways.edit(row) },
    can.has("pin") && {
      icon: "pin",
      word: isPinned ? words.unpin : words.pin,
      act: () => ways.pin(message, !isPinned),
    },
    !row.mine && { icon: "unread", word: words.markUnread, act: () => ways.markUnread(message) },
    can.has(row.mine ? "erase-own" : "erase-any") && {
      icon: "remove",
      word: words.remove,
      act: () => ways.remove(row),
      isGrave: true,
    },
  ];
  return items.filter((item) => item !== false);
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
