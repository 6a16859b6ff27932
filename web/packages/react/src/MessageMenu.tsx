// Everything that can be done with a message, as a menu where it was asked for.
import type { Message, Right } from "@beseda/client";
import type { ReactNode } from "react";
import { Icon } from "./icons.tsx";
import { Menu, type MenuEntry, type Place } from "./Menu.tsx";
import type { MessageRow } from "./rows.ts";
import { useWords, type Words } from "./words/index.ts";

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

export function MessageMenu(props: MessageMenuProps): ReactNode {
  const { row, place, can, ways, onEnd } = props;
  const words = useWords();
  const { message } = row;
  if (!message) return null;
  const entries = entriesOf(row, message, can, ways, words);
  return (
    <Menu label={words.more} place={place} entries={entries} onEnd={onEnd}>
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
              onClick={() => {
                onEnd();
                ways.react(message, emoji);
              }}
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
              onClick={() => {
                onEnd();
                ways.reactMore?.(row);
              }}
            >
              <Icon name="smile" />
            </button>
          )}
        </div>
      )}
    </Menu>
  );
}

function entriesOf(
  row: MessageRow,
  message: Message,
  can: ReadonlySet<Right>,
  ways: MessageWays,
  words: Words,
): MenuEntry[] {
  const { linkTo } = ways;
  const isPinned = message.pinned !== null;
  const entries: (MenuEntry | false)[] = [
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
  return entries.filter((entry) => entry !== false);
}
