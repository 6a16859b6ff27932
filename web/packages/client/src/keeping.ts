// A browser as a platform that keeps texts for all of its tabs, in local storage.
import { basePlatform } from "./base.ts";
import type { Keep, KeepingPlatform, Platform } from "./platform.ts";

interface Storage {
  length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

interface Globals {
  localStorage?: Storage;
  navigator?: { locks?: { request<T>(name: string, work: () => Promise<T>): Promise<T> } };
}

/** A platform on what the runtime offers; `origin` is needed where there is no page. */
export function systemPlatform(origin?: string): KeepingPlatform {
  return keeping(basePlatform(origin));
}

/** `platform`, with what keeps texts for all tabs. */
export function keeping(platform: Platform): KeepingPlatform {
  const world = globalThis as unknown as Globals;
  const queues = new Map<string, Promise<unknown>>();
  return {
    ...platform,
    keep: keepIn(storageOf(world)),
    alone(name, work) {
      const locks = world.navigator?.locks;
      if (locks) return locks.request(name, work);
      // Without Web Locks (plain http on a foreign host) at least this tab takes its turns.
      const turn = (queues.get(name) ?? Promise.resolve()).then(work, work);
      queues.set(name, turn);
      return turn;
    },
  };
}

function storageOf(world: Globals): Storage | null {
  try {
    return world.localStorage ?? null;
  } catch {
    // Reading the property itself throws where cookies are blocked.
    return null;
  }
}

/** Text kept in `storage`, or in memory when there is none or it refuses. */
export function keepIn(storage: Storage | null): Keep {
  const memory = new Map<string, string>();
  return {
    get: (key) => memory.get(key) ?? storage?.getItem(key) ?? null,
    set(key, value) {
      try {
        if (!storage) throw new Error("no storage");
        storage.setItem(key, value);
        memory.delete(key);
      } catch {
        memory.set(key, value);
      }
    },
    remove(key) {
      memory.delete(key);
      storage?.removeItem(key);
    },
    keys(prefix) {
      const found = new Set(memory.keys());
      for (let index = 0; storage && index < storage.length; index += 1) {
        found.add(storage.key(index) ?? "");
      }
      return [...found].filter((key) => key.startsWith(prefix));
    },
  };
}
