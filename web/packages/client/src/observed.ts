// A value that others can watch: the shape that React's useSyncExternalStore expects.

/** Holds an immutable snapshot and tells its watchers when another one takes its place. */
export class Observed<T> {
  #snapshot: T;
  readonly #watchers = new Set<() => void>();

  constructor(first: T) {
    this.#snapshot = first;
  }

  readonly getSnapshot = (): T => this.#snapshot;

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => {
      this.#watchers.delete(watcher);
    };
  };

  /** Puts `next` in place and tells everybody: for whoever owns the value. */
  show(next: T): void {
    this.#snapshot = next;
    for (const watcher of [...this.#watchers]) watcher();
  }
}

/** What others see of it. */
export type Watched<T> = Pick<Observed<T>, "getSnapshot" | "subscribe">;
