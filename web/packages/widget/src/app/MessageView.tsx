// One message with its ticks, or a notice that is nobody's.
import type { Chat, ChatRoom } from "@beseda/client";
import { linkify } from "@beseda/react/linkify";
import { isEmoji, settled } from "@beseda/react/said";
import { clock, dateAndClock } from "@beseda/react/time";
import type { JSX } from "preact";
import { useWords } from "./context.ts";
import { Icon, type IconName } from "./icons.tsx";
import { later } from "./later.tsx";
import type { MessageRow, Progress } from "./rows.ts";

export interface MessageProps {
  chat: Chat;
  room: ChatRoom;
  row: MessageRow;
}

export function MessageView({ chat, room, row }: MessageProps): JSX.Element {
  const words = useWords();
  if (row.author === null) return <Notice chat={chat} room={room} row={row} />;
  const who = row.mine ? words.you : row.name;
  return (
    <article
      class="row"
      aria-label={`${who}, ${clock(row.at)}`}
      data-mine={row.mine}
      data-head={row.head}
      data-tail={row.tail}
      data-failed={row.progress === "failed"}
    >
      {row.head && !row.mine && row.name && <bdi class="name">{row.name}</bdi>}
      <div class="bubble" data-erased={row.erased}>
        {row.erased ? (
          <span class="text">{words.removed}</span>
        ) : (
          <>
            {hasFiles(row) && <Files chat={chat} room={room} row={row} />}
            {row.text && <Text text={row.text} />}
          </>
        )}
        <Meta row={row} />
      </div>
      {row.progress === "failed" && <Failed room={room} row={row} />}
    </article>
  );
}

/** What the application itself says: a quiet line between hairlines. */
function Notice({ chat, room, row }: MessageProps): JSX.Element {
  const words = useWords();
  return (
    <article class="notice" aria-label={`${words.notice}, ${clock(row.at)}`} data-head={row.head}>
      {hasFiles(row) && <Files chat={chat} room={room} row={row} />}
      <p>{row.erased ? words.removed : <Text text={row.text} />}</p>
    </article>
  );
}

const hasFiles = ({ files, uploads }: MessageRow) => files.length + uploads.length > 0;

/** Most messages have none. */
const Files = later(
  async () => (await import("./FilesView.tsx")).FilesView,
  () => null,
);

function Text({ text }: { text: string }): JSX.Element {
  return (
    <span class="text" dir="auto" data-emoji={isEmoji(text)}>
      {linkify(settled(text)).map(({ text: piece, href }) =>
        href ? (
          <a href={href} target="_blank" rel="noopener noreferrer nofollow">
            <bdi>{piece}</bdi>
          </a>
        ) : (
          piece
        ),
      )}
    </span>
  );
}

const ICONS: Record<Progress, IconName> = {
  pending: "clock",
  failed: "alert",
  stored: "tick",
  delivered: "ticks",
  read: "ticks",
};

function Meta({ row }: { row: MessageRow }): JSX.Element {
  const words = useWords();
  const { progress } = row;
  const said = progress && SAID[progress];
  return (
    <span class="meta">
      {row.edited && !row.erased && <span>{words.edited}</span>}
      <time dateTime={row.at.toISOString()} title={dateAndClock(row.at)}>
        {clock(row.at)}
      </time>
      {progress && said && !row.erased && (
        <span class="progress" title={words[said]} data-progress={progress}>
          <Icon name={ICONS[progress]} />
          <span class="hidden">{words[said]}</span>
        </span>
      )}
    </span>
  );
}

const SAID = {
  pending: "sending",
  failed: "notSent",
  stored: "stored",
  delivered: "delivered",
  read: "read",
} as const;

function Failed({ room, row }: { room: ChatRoom; row: MessageRow }): JSX.Element {
  const words = useWords();
  const id = row.client_id ?? "";
  const why = words.refusals[row.why];
  return (
    <div class="failed" role="alert">
      <span>{why ? `${words.notSent}: ${why}` : words.notSent}</span>
      <button type="button" class="link" onClick={() => room.retry(id)}>
        {words.retry}
      </button>
      <button type="button" class="link" onClick={() => room.discard(id)}>
        {words.discard}
      </button>
    </div>
  );
}
