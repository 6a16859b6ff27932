// The head of a room's window: what the room is, who is in it, how the connection stands, and what the room is about.
import type { Subject } from "@beseda/client";
import { lazy, type ReactNode, Suspense } from "react";
import { ConnectionBadge } from "./ConnectionBanner.tsx";
import { useSelf } from "./context.tsx";
import { Icon } from "./icons.tsx";
import { othersIn } from "./people.ts";
import type { Thread, ThreadSnapshot } from "./thread.ts";
import { titleOf } from "./titles.ts";
import { useWords } from "./words/index.ts";

export interface RoomHeaderProps {
  snapshot: ThreadSnapshot | null;
  thread?: Thread;
  roomKey: string;
  title?: string;
  onBack?: () => void;
  onClose?: () => void;
}

const RoomMenu = lazy(() => import("./RoomMenu.tsx"));

export function RoomHeader(props: RoomHeaderProps): ReactNode {
  const { snapshot, thread, roomKey, title, onBack, onClose } = props;
  const words = useWords();
  const self = useSelf();
  const room = snapshot?.room ?? null;
  const shown = titleOf(room, roomKey, words, title);
  const names = othersIn(snapshot?.members ?? [], self)
    .map(({ name }) => name)
    .filter((name) => name !== shown)
    .join(", ");
  return (
    <>
      <header className="bs-header">
        {onBack && (
          <button
            type="button"
            className="bs-quiet bs-back"
            aria-label={words.back}
            onClick={onBack}
          >
            <Icon name="back" />
          </button>
        )}
        <div className="bs-header-words">
          <h2 className="bs-title" title={shown}>
            <bdi>{shown}</bdi>
          </h2>
          {names && (
            <p className="bs-names">
              <bdi>{names}</bdi>
            </p>
          )}
        </div>
        {snapshot && <ConnectionBadge isConnected={snapshot.isConnected} />}
        {snapshot && thread && (
          <Suspense>
            <RoomMenu thread={thread} snapshot={snapshot} />
          </Suspense>
        )}
        {onClose && (
          <button type="button" className="bs-quiet" aria-label={words.close} onClick={onClose}>
            <Icon name="close" />
          </button>
        )}
      </header>
      {room?.subject && room.kind !== "order" && <ContextStrip subject={room.subject} />}
    </>
  );
}

/** What the host says of the business object: its title, how it stands, and a way to its page. */
function ContextStrip({ subject }: { subject: Subject }): ReactNode {
  const { title, status, fields, url } = subject;
  const words = [title, status, ...fields.map(({ value }) => value)].filter(Boolean).join(" · ");
  if (!words) return null;
  const isLink = url !== null && /^https?:\/\//i.test(url);
  return (
    <p className="bs-context">
      {isLink ? (
        <a href={url} target="_blank" rel="noopener noreferrer">
          <bdi>{words}</bdi>
        </a>
      ) : (
        <bdi>{words}</bdi>
      )}
    </p>
  );
}
