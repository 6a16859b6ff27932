// What every JavaScript runtime offers to the client.
import { type BytesAnswer, newStop, type Platform, type SocketLike } from "./platform.ts";
import type { RequestGlobals } from "./request.ts";

/** What a browser, or any recent JavaScript runtime, has on its global object. */
interface Globals extends RequestGlobals {
  location?: { origin: string };
  WebSocket: new (url: string) => SocketLike;
  crypto: { getRandomValues(bytes: Uint8Array): Uint8Array };
  setTimeout(work: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** 2^31 - 1 milliseconds, close to 25 days. */
const LONGEST_TIMER = 0x7fff_ffff;

/** A platform on what any runtime has; `origin` is needed where there is no page. */
export function basePlatform(origin?: string): Platform {
  const world = globalThis as unknown as Globals;
  const uploads = () => import("./request.ts");
  // By the time that somebody has chosen a file, what brings it to the server is there.
  uploads().catch(() => undefined);
  return {
    origin: origin ?? world.location?.origin ?? "",
    async fetch(url, { patience, ...call }) {
      // A browser has few connections to one host: what nobody waits for must not keep one.
      const stop = newStop();
      const timer = world.setTimeout(() => stop.abort(), patience ?? LONGEST_TIMER);
      const how = { ...call, credentials: "same-origin", signal: stop.signal };
      try {
        return (await world.fetch(url, how)) as BytesAnswer;
      } finally {
        world.clearTimeout(timer);
      }
    },
    upload: async (url, call) => (await uploads()).uploadByRequest(world, url, call),
    openSocket: (url) => new world.WebSocket(url),
    now: () => Date.now(),
    random: () => Math.random(),
    bytes: () => world.crypto.getRandomValues(new Uint8Array(16)),
    later(ms, work) {
      // A longer wait than a timer can hold would be none at all.
      const timer = world.setTimeout(work, Math.min(ms, LONGEST_TIMER));
      return () => world.clearTimeout(timer);
    },
  };
}
