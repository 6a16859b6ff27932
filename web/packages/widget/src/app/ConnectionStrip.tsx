// How the connection stands, said only when it is gone for a while.
import type { Chat, Unsent } from "@beseda/client";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useWords } from "./context.ts";
import { useWatched } from "./useWatched.ts";

/** A shorter loss is not worth a word, in milliseconds. */
const PATIENCE = 2_000;
/** How long "connected again" stands, in milliseconds. */
const RELIEF = 2_000;

type Phase = "quiet" | "down" | "again";

export function ConnectionStrip({
  chat,
  unsent,
}: {
  chat: Chat;
  unsent: readonly Unsent[];
}): JSX.Element {
  const words = useWords();
  const { phase } = useWatched(chat.link);
  const hasNetwork = useNetwork();
  const isOpen = phase === "open" && hasNetwork;
  const [state, setState] = useState<Phase>("quiet");
  useEffect(() => {
    if (isOpen) setState((now) => (now === "down" ? "again" : now));
    const next = isOpen ? "quiet" : "down";
    const timer = setTimeout(() => setState(next), isOpen ? RELIEF : PATIENCE);
    return () => clearTimeout(timer);
  }, [isOpen]);
  const waiting = unsent.filter((entry) => entry.state === "waiting").length;
  const later = waiting > 0 ? words.noNetworkLater(waiting) : words.noNetwork;
  return (
    <div role="status">
      {state === "again" && isOpen && (
        <p class="strip" data-tone="ok">
          {words.backAgain}
        </p>
      )}
      {state === "down" && !isOpen && (
        <p class="strip" data-tone={hasNetwork ? "calm" : "bad"}>
          {hasNetwork ? words.connecting : later}
          {hasNetwork && phase === "waiting" && (
            <button type="button" class="link" onClick={() => chat.retry()}>
              {words.retryNow}
            </button>
          )}
        </p>
      )}
    </div>
  );
}

function useNetwork(): boolean {
  const [has, setHas] = useState(navigator.onLine);
  useEffect(() => {
    const look = () => setHas(navigator.onLine);
    addEventListener("online", look);
    addEventListener("offline", look);
    return () => {
      removeEventListener("online", look);
      removeEventListener("offline", look);
    };
  }, []);
  return has;
}
