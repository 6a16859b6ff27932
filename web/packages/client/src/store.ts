// What outlives the page: IndexedDB, which all tabs share, or memory where there is none.
import { memoryStore, type Store } from "./platform.ts";

interface Wish<T> {
  readonly result: T;
  onsuccess: (() => void) | null;
  onerror: ((event: { preventDefault?(): void }) => void) | null;
}

interface Shelf {
  getAll(): Wish<unknown[]>;
  put(value: unknown, key: string): Wish<unknown>;
  delete(key: string): Wish<unknown>;
}

interface Database {
  createObjectStore(name: string): unknown;
  transaction(name: string, mode: "readonly" | "readwrite"): { objectStore(name: string): Shelf };
}

export interface StoreGlobals {
  indexedDB?: {
    open(name: string, version: number): Wish<Database> & { onupgradeneeded: (() => void) | null };
  };
}

const SHELF = "kept";

export function browserStore(world: StoreGlobals, name: string): Store {
  const { indexedDB } = world;
  const memory = memoryStore();
  if (!indexedDB) return memory;
  const opened = new Promise<Database>((done, fail) => {
    const wish = indexedDB.open(name, 1);
    wish.onupgradeneeded = () => wish.result.createObjectStore(SHELF);
    wish.onsuccess = () => done(wish.result);
    wish.onerror = () => fail(new Error("no database"));
  });
  /** Works on the shelf, or in memory where that fails. */
  async function on<T>(
    mode: "readonly" | "readwrite",
    work: (shelf: Shelf) => Wish<T>,
    other: () => Promise<T>,
  ): Promise<T> {
    try {
      const shelf = (await opened).transaction(SHELF, mode).objectStore(SHELF);
      return await new Promise<T>((done, fail) => {
        const wish = work(shelf);
        wish.onsuccess = () => done(wish.result);
        wish.onerror = () => fail(new Error("not kept"));
      });
    } catch {
      return other();
    }
  }
  return {
    all: () => on("readonly", (shelf) => shelf.getAll(), memory.all),
    put: (key, value) =>
      on<unknown>(
        "readwrite",
        (shelf) => shelf.put(value, key),
        () => memory.put(key, value),
      ).then(() => {}),
    remove: (key) =>
      on<unknown>(
        "readwrite",
        (shelf) => shelf.delete(key),
        () => memory.remove(key),
      ).then(() => {}),
  };
}
