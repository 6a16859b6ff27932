// A clock that stands still, and numbers that are drawn the same every time.

declare function setImmediate(work: () => void): void;

/** Numbers between 0 and 1 that are the same for every run with the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Lets every promise that is ready run. */
export const settle = () => new Promise<void>((done) => setImmediate(done));

interface Timer {
  at: number;
  turn: number;
  work: () => void;
}

export class Time {
  now = Date.parse("2026-03-12T09:00:00Z");
  #timers: Timer[] = [];
  #turns = 0;

  readonly later = (ms: number, work: () => void): (() => void) => {
    this.#turns += 1;
    const timer = { at: this.now + Math.max(0, ms), turn: this.#turns, work };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  };

  /** Lets the time pass, and runs what falls due in it. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    await settle();
    for (;;) {
      let due: Timer | undefined;
      for (const one of this.#timers) {
        if (one.at > end) continue;
        if (!due || one.at < due.at || (one.at === due.at && one.turn < due.turn)) due = one;
      }
      if (!due) break;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      this.now = Math.max(this.now, due.at);
      due.work();
      await settle();
    }
    this.now = end;
  }
}
