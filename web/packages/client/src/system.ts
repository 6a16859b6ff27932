// A browser as the client's platform, with all that lets its tabs share one link.
import { type AroundGlobals, watchAround } from "./around.ts";
import { basePlatform } from "./base.ts";
import type { ChannelLike, Platform } from "./platform.ts";
import { browserStore, type StoreGlobals } from "./store.ts";
import type { StreamGlobals } from "./stream.ts";

interface Locks {
  request<T>(name: string, how: object, work: () => Promise<T>): Promise<T>;
}

interface Globals extends AroundGlobals, StoreGlobals, StreamGlobals {
  AbortController: new () => { readonly signal: object; abort(): void };
  navigator?: { locks?: Locks };
  BroadcastChannel?: new (name: string) => ChannelLike;
}

/** A platform on what the browser offers; `origin` is where the server is, if that is not the page's own. */
export function browserPlatform(origin?: string): Platform {
  const world = globalThis as unknown as Globals;
  return {
    ...basePlatform(origin),
    // Asked for only where sockets are blocked.
    stream: async (url, call) => (await import("./stream.ts")).streamByFetch(world, url, call),
    store: (name) => browserStore(world, name),
    around: (ear) => watchAround(world, ear),
    ...tabsOf(world),
  };
}

/** Web Locks and BroadcastChannel, where there are both. */
function tabsOf(world: Globals): Pick<Platform, "lead" | "channel"> {
  const locks = world.navigator?.locks;
  const Channel = world.BroadcastChannel;
  // A runtime without pages has no tabs: there a channel would only keep it from ending.
  if (!locks || !Channel || !world.document) return {};
  return {
    channel: (name) => new Channel(name),
    lead(name, steals, { got, lost }) {
      let release = () => {};
      const held = new Promise<void>((done) => {
        release = done;
      });
      let isOver = false;
      const stop = new world.AbortController();
      const how = steals ? { steal: true } : { signal: stop.signal };
      const work = () => {
        if (!isOver) got();
        return held;
      };
      locks.request(name, how, work).catch(() => !isOver && lost());
      return () => {
        isOver = true;
        release();
        stop.abort();
      };
    },
  };
}
