// How the connection stands: a badge in the header, and a strip when it is gone for a while.
import { type ReactNode, useEffect, useState } from "react";
import { useNetwork } from "./context.tsx";
import type { Thread, ThreadSnapshot } from "./thread.ts";
import { useWords, type Words } from "./words/index.ts";

/** A shorter loss is not worth a word, in milliseconds. */
const PATIENCE = 2_000;
/** How long "connected again" stands, in milliseconds. */
const RELIEF = 2_000;

export function ConnectionBadge({ isConnected }: { isConnected: boolean }): ReactNode {
  const words = useWords();
  return (
    <span className="bs-badge" data-online={isConnected} role="status">
      <span className="bs-dot" />
      <span className="bs-badge-text">{isConnected ? words.online : words.offline}</span>
    </span>
  );
}

export function ConnectionBanner({
  thread,
  snapshot,
}: {
  thread: Thread;
  snapshot: ThreadSnapshot;
}): ReactNode {
  const words = useWords();
  const hasNetwork = useNetwork();
  const { isConnected, link, unsent } = snapshot;
  const [state, setState] = useState<"quiet" | "down" | "again">("quiet");
  useEffect(() => {
    if (isConnected) {
      setState((now) => (now === "down" ? "again" : now));
      const timer = setTimeout(() => setState("quiet"), RELIEF);
      return () => clearTimeout(timer);
    }
    const left = Math.max(0, PATIENCE - (Date.now() - link.since));
    const timer = setTimeout(() => setState("down"), left);
    return () => clearTimeout(timer);
  }, [isConnected, link.since]);

  const waiting = unsent.filter(({ state }) => state === "waiting").length;
  const shown = link.phase !== "refused" && state !== "quiet";
  const bad = !hasNetwork || link.code === 1011;
  return (
    <div className="bs-banner-place" role="status">
      {shown && state === "again" && isConnected && (
        <div className="bs-banner" data-tone="ok">
          {words.backAgain}
        </div>
      )}
      {shown && state === "down" && !isConnected && (
        <div className="bs-banner" data-tone={bad ? "bad" : "calm"}>
          <span>{sentence(words, hasNetwork, link.code, waiting)}</span>
          {link.phase === "waiting" && hasNetwork && (
            <button type="button" className="bs-link" onClick={() => thread.retryNow()}>
              {words.retryNow}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function sentence(words: Words, hasNetwork: boolean, code: number, waiting: number): string {
  if (!hasNetwork) return waiting > 0 ? words.noNetworkLater(waiting) : words.noNetwork;
  if (code === 4009) return words.restarting;
  if (code === 4029) return words.crowded;
  if (code === 1011) return words.serverFault;
  return words.connecting;
}
