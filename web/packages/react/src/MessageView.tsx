// One row of a thread: a message with its ticks and actions, a notice, a day, or the unread line.
import { fileName, type Id } from "@beseda/client/order-rooms";
import { memo, type ReactNode, useState } from "react";
import { FileView } from "./FileView.tsx";
import { Icon, Ticks } from "./icons.tsx";
import { linkify } from "./linkify.ts";
import { hueOf } from "./people.ts";
import type { MessageRow, Row } from "./rows.ts";
import { isEmoji, settled } from "./said.ts";
import { clock, dateAndClock, dayName } from "./time.ts";
import { useLang, useWords, type Words } from "./words/index.ts";

/** What one can do with a message. */
export interface MessageActions {
  edit(row: MessageRow): void;
  remove(row: MessageRow): void;
  retry(row: MessageRow): void;
  discard(row: MessageRow): void;
  /** Shows its picture in full. */
  view(row: MessageRow): void;
}

export interface RowViewProps {
  row: Row;
  /** The row that the Tab key reaches. */
  active: boolean;
  /** Today's number: the names of days change at midnight. */
  today: number;
  actions: MessageActions;
}

export const RowView = memo(function RowView({ row, active, actions }: RowViewProps): ReactNode {
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
          <span>{words.unreadLine}</span>
        </p>
      );
    case "message":
      return row.sender === null ? (
        <NoticeView row={row} active={active} actions={actions} />
      ) : (
        <MessageView row={row} sender={row.sender} active={active} actions={actions} />
      );
  }
}, sameRow);

interface MessageViewProps {
  row: MessageRow;
  active: boolean;
  actions: MessageActions;
}

/** What the application itself says: a quiet line that is nobody's, and that nobody can change. */
function NoticeView({ row, active, actions }: MessageViewProps): ReactNode {
  const words = useWords();
  return (
    <article
      className="bs-row bs-notice"
      tabIndex={active ? 0 : -1}
      aria-label={`${words.notice}, ${clock(row.at)}: ${saidIn(row, words)}`}
      data-key={row.key}
      data-head={row.head}
      data-unread={row.unread}
    >
      {row.file && !row.erased && <FileView row={row} actions={actions} />}
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

function MessageView(props: MessageViewProps & { sender: Id }): ReactNode {
  const { row, sender, active, actions } = props;
  const words = useWords();
  const [open, setOpen] = useState(false);
  // An e-mail address that stood for a name goes with whoever is deleted.
  const who = row.mine ? words.you : row.name || words.message;
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
      data-open={open}
    >
      {row.head && !row.mine && row.name && (
        <bdi className="bs-name" data-hue={hueOf(sender)}>
          {row.name}
        </bdi>
      )}
      <div className="bs-bubble-line">
        {/* A finger cannot hover: it taps the bubble to see what can be done with it. */}
        <div
          className="bs-bubble"
          data-erased={row.erased}
          onPointerUp={(event) => {
            if (event.pointerType === "touch") setOpen(!open);
          }}
        >
          {row.erased ? (
            <span className="bs-text">{words.removed}</span>
          ) : (
            <>
              {(row.file || row.upload) && <FileView row={row} actions={actions} />}
              {row.text && (
                <span className="bs-text" dir="auto" data-emoji={isEmoji(row.text)}>
                  <Text text={row.text} />
                </span>
              )}
            </>
          )}
          <Meta row={row} />
        </div>
        {!row.erased && row.id !== null && <Actions row={row} actions={actions} />}
      </div>
      {row.progress === "failed" && <Failed row={row} actions={actions} />}
    </article>
  );
}

/** What is read of a message to who does not see it: a name of its own hides what is in it. */
function saidIn(row: MessageRow, words: Words): string {
  if (row.erased) return words.removed;
  const file = row.file ? fileName(row.file) || words.file : row.upload ? words.file : "";
  return [settled(row.text), file].filter(Boolean).join(", ");
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
  const { progress } = row;
  return (
    <span className="bs-meta">
      {row.edited && !row.erased && <span>{words.edited}</span>}
      <time dateTime={row.at.toISOString()} title={dateAndClock(row.at)}>
        {clock(row.at)}
      </time>
      {progress && !row.erased && (
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
  read: "read",
} as const;

function ProgressIcon({ progress }: { progress: keyof typeof PROGRESS_WORDS }): ReactNode {
  if (progress === "pending") return <Icon name="clock" />;
  if (progress === "failed") return <Icon name="alert" className="bs-alert" />;
  return <Ticks read={progress === "read"} />;
}

function Actions({ row, actions }: { row: MessageRow; actions: MessageActions }): ReactNode {
  const words = useWords();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(row.text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <div className="bs-actions">
      {navigator.clipboard && row.text && (
        <button
          type="button"
          tabIndex={-1}
          title={copied ? words.copied : words.copy}
          aria-label={copied ? words.copied : words.copy}
          onClick={() => void copy()}
        >
          <Icon name={copied ? "check" : "copy"} />
        </button>
      )}
      {row.mine && (
        <>
          <button
            type="button"
            tabIndex={-1}
            title={words.edit}
            aria-label={words.edit}
            onClick={() => actions.edit(row)}
          >
            <Icon name="edit" />
          </button>
          <button
            type="button"
            tabIndex={-1}
            title={words.remove}
            aria-label={words.remove}
            onClick={() => actions.remove(row)}
          >
            <Icon name="remove" />
          </button>
        </>
      )}
    </div>
  );
}

function Failed({ row, actions }: { row: MessageRow; actions: MessageActions }): ReactNode {
  const words = useWords();
  const why = words.refusals[row.why] ?? row.upload?.said;
  return (
    <div className="bs-failed">
      <span>{why ? `${words.notSent}: ${why}` : words.notSent}</span>
      <span className="bs-failed-ways">
        <button type="button" className="bs-link" onClick={() => actions.retry(row)}>
          {words.retry}
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
  if (before.active !== after.active || before.today !== after.today) return false;
  if (before.actions !== after.actions) return false;
  const one = before.row as unknown as Record<string, unknown>;
  const other = after.row as unknown as Record<string, unknown>;
  return Object.keys(other).every((key) => plain(one[key]) === plain(other[key]));
}

function plain(value: unknown): unknown {
  return value instanceof Date ? value.getTime() : value;
}
