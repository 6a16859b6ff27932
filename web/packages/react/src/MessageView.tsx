// One row of a thread: a message with its ticks and actions, a notice, a day, or the unread line.
import type { Message } from "@beseda/client";
import { type MouseEvent, memo, type ReactNode, useRef } from "react";
import { FileView } from "./FileView.tsx";
import { type ShownFile, shownFile, shownUpload } from "./files.ts";
import { Icon, Ticks } from "./icons.tsx";
import { linkify } from "./linkify.ts";
import type { Place } from "./Menu.tsx";
import { hueOf } from "./people.ts";
import { Quote } from "./Quote.tsx";
import { Reactions } from "./Reactions.tsx";
import type { MessageRow, Progress, Row } from "./rows.ts";
import { isEmoji, settled } from "./said.ts";
import { clock, dateAndClock, dayName } from "./time.ts";
import { useLongPress } from "./useLongPress.ts";
import { useLang, useWords, type Words } from "./words/index.ts";

/** What one can do with a message. */
export interface MessageActions {
  reply(row: MessageRow): void;
  edit(row: MessageRow): void;
  react(message: Message, emoji: string): void;
  retry(row: MessageRow): void;
  /** Takes what was refused back into the field. */
  rewrite(row: MessageRow): void;
  discard(row: MessageRow): void;
  /** Everything that can be done with it, at this place of the screen. */
  menu(row: MessageRow, place: Place): void;
  /** Shows its picture in full. */
  view(row: MessageRow, file: ShownFile): void;
  /** Goes to the message that it quotes. */
  jump(seq: number, from: MessageRow): void;
}

export interface RowViewProps {
  row: Row;
  /** The row that the Tab key reaches. */
  active: boolean;
  /** Somebody has just jumped to it. */
  lit: boolean;
  /** One may answer, and react. */
  canReply: boolean;
  canReact: boolean;
  /** Today's number: the names of days change at midnight. */
  today: number;
  actions: MessageActions;
}

export const RowView = memo(function RowView(props: RowViewProps): ReactNode {
  const { row } = props;
  const words = useWords();
  const lang = useLang();
  switch (row.kind) {
    case "beginning":
      return <p className="bs-beginning">{words.beginning}</p>;
    case "day":
      return (
        <p className="bs-day">
          <span>{dayName(row.at, new Date(), lang, words)}</span>
        </p>
      );
    case "unread":
      return (
        <p className="bs-unread-line">
          <span>{row.count > 1 ? `${words.unreadLine}: ${row.count}` : words.unreadLine}</span>
        </p>
      );
    case "message":
      return row.author === null ? (
        <NoticeView {...props} row={row} />
      ) : (
        <MessageView {...props} row={row} author={row.author} />
      );
  }
}, sameRow);

type MessageProps = RowViewProps & { row: MessageRow };

/** What the application itself says: a quiet line that is nobody's, and that nobody can change. */
function NoticeView({ row, active, lit, actions }: MessageProps): ReactNode {
  const words = useWords();
  return (
    <article
      className="bs-row bs-notice"
      tabIndex={active ? 0 : -1}
      aria-label={`${words.notice}, ${clock(row.at)}: ${saidIn(row, words)}`}
      data-key={row.key}
      data-head={row.head}
      data-unread={row.unread}
      data-lit={lit}
    >
      {!row.erased && <Files row={row} actions={actions} />}
      <p className="bs-notice-line">
        <span className="bs-notice-words">
          <span className="bs-text" dir="auto">
            {row.erased ? words.removed : <Text text={row.text} />}
          </span>{" "}
          <time dateTime={row.at.toISOString()} title={dateAndClock(row.at)}>
            {clock(row.at)}
          </time>
        </span>
      </p>
    </article>
  );
}

function MessageView(props: MessageProps & { author: string }): ReactNode {
  const { row, author, active, lit, canReply, canReact, actions } = props;
  const words = useWords();
  const bubble = useRef<HTMLDivElement>(null);
  // An e-mail address that stood for a name goes with whoever is deleted.
  const who = row.mine ? words.you : row.name || words.message;
  const { message } = row;
  const hasMenu = message !== null && !row.erased;
  const open = (x: number, y: number) => hasMenu && actions.menu(row, { x, y });
  useLongPress(bubble, open);
  const menu = (event: MouseEvent) => {
    // A link's own menu opens it elsewhere, and selected text has one, too.
    const isText = (event.target as Element).closest("a") || !getSelection()?.isCollapsed;
    if (isText || !hasMenu) return;
    event.preventDefault();
    const box = bubble.current?.getBoundingClientRect();
    // A key opens it, too: then there is no pointer.
    const isKey = event.clientX === 0 && event.clientY === 0;
    open(isKey ? (box?.left ?? 0) : event.clientX, isKey ? (box?.bottom ?? 0) : event.clientY);
  };
  return (
    <article
      className="bs-row"
      tabIndex={active ? 0 : -1}
      aria-label={`${who}, ${clock(row.at)}: ${saidIn(row, words)}`}
      data-key={row.key}
      data-mine={row.mine}
      data-head={row.head}
      data-tail={row.tail}
      data-unread={row.unread}
      data-failed={row.progress === "failed"}
      data-lit={lit}
      onContextMenu={menu}
    >
      {row.head && !row.mine && row.name && (
        <bdi className="bs-name" data-hue={hueOf(author)}>
          {row.name}
        </bdi>
      )}
      <div className="bs-bubble-line">
        <div ref={bubble} className="bs-bubble" data-erased={row.erased}>
          <Content row={row} actions={actions} />
          <Meta row={row} />
        </div>
        {hasMenu && <Actions {...{ row, message, canReply, canReact, actions }} />}
      </div>
      {message && <Reactions message={message} canReact={canReact} onReact={actions.react} />}
      {row.progress === "failed" && <Failed row={row} actions={actions} />}
    </article>
  );
}

function Content({ row, actions }: { row: MessageRow; actions: MessageActions }): ReactNode {
  const words = useWords();
  if (row.erased) return <span className="bs-text">{words.removed}</span>;
  const quoted = row.message?.reply_to;
  return (
    <>
      {quoted && <Quote quoted={quoted} onOpen={() => actions.jump(quoted.seq, row)} />}
      <Files row={row} actions={actions} />
      {row.text && (
        <span className="bs-text" dir="auto" data-emoji={isEmoji(row.text)}>
          <Text text={row.text} />
        </span>
      )}
    </>
  );
}

/** What a row shows of its files. A file keeps its place, so that nothing flickers when it has arrived. */
function Files({ row, actions }: { row: MessageRow; actions: MessageActions }): ReactNode {
  return filesOf(row).map((file, index) => (
    <FileView
      // biome-ignore lint/suspicious/noArrayIndexKey: files keep their order, and have no id before they arrive
      key={index}
      file={file}
      isGoing={row.progress === "pending"}
      onView={(one) => actions.view(row, one)}
      onCancel={() => actions.discard(row)}
    />
  ));
}

function filesOf({ message, unsent }: MessageRow): ShownFile[] {
  return message?.files?.map(shownFile) ?? unsent?.files.map(shownUpload) ?? [];
}

/** What is read of a message to who does not see it: a name of its own hides what is in it. */
function saidIn(row: MessageRow, words: Words): string {
  if (row.erased) return words.removed;
  const files = filesOf(row).map(({ name }) => name || words.file);
  return [settled(row.text), ...files].filter(Boolean).join(", ");
}

function Text({ text }: { text: string }): ReactNode {
  return linkify(settled(text)).map(({ text: piece, href }, index) =>
    href ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text have no other name
      <a key={index} href={href} tabIndex={-1} target="_blank" rel="noopener noreferrer nofollow">
        <bdi>{piece}</bdi>
      </a>
    ) : (
      piece
    ),
  );
}

function Meta({ row }: { row: MessageRow }): ReactNode {
  const words = useWords();
  const { progress, message, erased } = row;
  return (
    <span className="bs-meta">
      {message?.pinned && !erased && (
        <span className="bs-progress" title={words.pinned}>
          <Icon name="pin" />
          <span className="bs-hidden">{words.pinned}</span>
        </span>
      )}
      {message?.edited_at && !erased && (
        <span title={dateAndClock(new Date(message.edited_at))}>{words.edited}</span>
      )}
      <time dateTime={row.at.toISOString()} title={dateAndClock(row.at)}>
        {clock(row.at)}
      </time>
      {progress && !erased && (
        <span className="bs-progress" title={words[PROGRESS_WORDS[progress]]}>
          <ProgressIcon progress={progress} />
          <span className="bs-hidden">{words[PROGRESS_WORDS[progress]]}</span>
        </span>
      )}
    </span>
  );
}

const PROGRESS_WORDS = {
  pending: "sending",
  failed: "notSent",
  stored: "stored",
  delivered: "delivered",
  read: "read",
} as const;

function ProgressIcon({ progress }: { progress: Progress }): ReactNode {
  if (progress === "pending") return <Icon name="clock" />;
  if (progress === "failed") return <Icon name="alert" className="bs-alert" />;
  return <Ticks progress={progress} />;
}

interface ActionsProps {
  row: MessageRow;
  message: Message;
  canReply: boolean;
  canReact: boolean;
  actions: MessageActions;
}

/** What is done most often, one press away; everything else is in the menu. */
function Actions({ row, message, canReply, canReact, actions }: ActionsProps): ReactNode {
  const words = useWords();
  return (
    <div className="bs-actions">
      {canReact && (
        <button
          type="button"
          tabIndex={-1}
          title={words.like}
          aria-label={words.like}
          onClick={() => actions.react(message, LIKE)}
        >
          <Icon name="like" />
        </button>
      )}
      {canReply && (
        <button
          type="button"
          tabIndex={-1}
          title={words.reply}
          aria-label={words.reply}
          onClick={() => actions.reply(row)}
        >
          <Icon name="reply" />
        </button>
      )}
      {row.mine && canReply && (
        <button
          type="button"
          tabIndex={-1}
          title={words.edit}
          aria-label={words.edit}
          onClick={() => actions.edit(row)}
        >
          <Icon name="edit" />
        </button>
      )}
      <button
        type="button"
        tabIndex={-1}
        title={words.more}
        aria-label={words.more}
        aria-haspopup="menu"
        onClick={({ currentTarget }) => {
          const { left, bottom } = currentTarget.getBoundingClientRect();
          actions.menu(row, { x: left, y: bottom });
        }}
      >
        <Icon name="more" />
      </button>
    </div>
  );
}

const LIKE = "👍";

function Failed({ row, actions }: { row: MessageRow; actions: MessageActions }): ReactNode {
  const words = useWords();
  const { why = "", detail = "", files = [] } = row.unsent ?? {};
  const isFile = why === "invalid" && files.some(({ id }) => id === null);
  const told = words.refusals[isFile ? "bad_file" : why] ?? detail;
  // What can never be taken as it is has to be changed: sending it again would fail again.
  const isWrong = why === "too_long" || why === "empty" || why === "nul";
  return (
    <div className="bs-failed">
      <span>{told ? `${words.notSent}: ${told}` : words.notSent}</span>
      <span className="bs-failed-ways">
        <button
          type="button"
          className="bs-link"
          onClick={() => (isWrong ? actions.rewrite(row) : actions.retry(row))}
        >
          {isWrong ? words.edit : words.retry}
        </button>
        <button type="button" className="bs-link" onClick={() => actions.discard(row)}>
          {words.remove}
        </button>
      </span>
    </div>
  );
}

/** Rows are built anew with every change; only those that say something else are drawn again. */
function sameRow(before: RowViewProps, after: RowViewProps): boolean {
  for (const name of ["active", "lit", "canReply", "canReact", "today", "actions"] as const)
    if (before[name] !== after[name]) return false;
  const one = before.row as unknown as Record<string, unknown>;
  const other = after.row as unknown as Record<string, unknown>;
  return Object.keys(other).every((key) => plain(one[key]) === plain(other[key]));
}

function plain(value: unknown): unknown {
  return value instanceof Date ? value.getTime() : value;
}
