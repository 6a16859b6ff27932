// What happens around the page: the network comes and goes, and somebody looks or leaves.
import type { Surroundings } from "./platform.ts";

interface Events {
  addEventListener(type: string, listener: (event: { persisted?: boolean }) => void): void;
  removeEventListener(type: string, listener: (event: { persisted?: boolean }) => void): void;
}

/** What a browser tells; other runtimes have none of it. */
export interface AroundGlobals extends Partial<Events> {
  document?: Events & { readonly visibilityState: string };
}

export function watchAround(world: AroundGlobals, ear: Surroundings): () => void {
  const { document } = world;
  if (!document || !world.addEventListener) return () => {};
  const page = world as Events;
  const turn = () => ear.visible(document.visibilityState === "visible");
  const ends: (() => void)[] = [];
  const on = (at: Events, type: string, hear: (event: { persisted?: boolean }) => void) => {
    at.addEventListener(type, hear);
    ends.push(() => at.removeEventListener(type, hear));
  };
  on(page, "online", () => ear.online());
  on(page, "offline", () => ear.offline());
  // A page that may come back as it was is only hidden.
  on(page, "pagehide", ({ persisted }) => persisted || ear.leave());
  on(document, "visibilitychange", turn);
  turn();
  return () => {
    for (const end of ends) end();
  };
}
