// The tabs of one browser: one of them leads, the others hear what it hears.
import type { ChannelLike, Platform } from "./platform.ts";
import { uuid7 } from "./uuid.ts";

/** A leader that does not answer for this long, in milliseconds, is asleep: another tab takes its place. */
const PATIENCE = 5_000;
/** The leader asks this often who is still there, in milliseconds. */
const ROLL = 60_000;

/** What tabs say to each other. */
type Note<N> =
  | { from: string; to?: string; note: N }
  /** Who leads? Tell me. */
  | { from: string; ask: true }
  /** I lead; `to` one who asked, or everybody. */
  | { from: string; to?: string; lead: true }
  | { from: string; bye: true };

export interface TabsEar<N> {
  /** This tab leads from now on, or no more. */
  leads(is: boolean): void;
  /** Another tab leads: tell it what this one wants. */
  follows(leader: string): void;
  heard(note: N, from: string): void;
  /** A tab is there no more. */
  left(tab: string): void;
}

export class Tabs<N> {
  readonly id: string;
  readonly #platform: Platform;
  readonly #name: string;
  readonly #ear: TabsEar<N>;
  readonly #channel: ChannelLike | null;
  /** The other tabs that this leader knows, and whether they answered the last roll call. */
  readonly #others = new Map<string, boolean>();
  #leads = false;
  #isOver = false;
  #release: () => void = () => {};
  #callOffs: (() => void)[] = [];
  #doubted: (() => void) | null = null;

  constructor(platform: Platform, name: string, ear: TabsEar<N>) {
    this.#platform = platform;
    this.#name = `beseda ${name}`;
    this.#ear = ear;
    this.id = uuid7(platform.now(), platform.bytes());
    const { lead, channel } = platform;
    this.#channel = lead && channel ? channel(this.#name) : null;
  }

  get leads(): boolean {
    return this.#leads;
  }

  start(): void {
    if (!this.#channel) {
      this.#got();
      return;
    }
    this.#channel.onmessage = ({ data }) => this.#heard(data as Note<N>);
    this.#want(false);
    this.check();
  }

  stop(): void {
    this.#isOver = true;
    this.#leads = false;
    this.#channel?.postMessage({ from: this.id, bye: true });
    this.#channel?.close();
    this.#release();
    for (const callOff of this.#callOffs) callOff();
    this.#doubted?.();
  }

  /** To one tab, or to all others. */
  tell(note: N, to?: string): void {
    this.#channel?.postMessage(to ? { from: this.id, to, note } : { from: this.id, note });
  }

  /** Whether the leader is awake: somebody is about to need it. */
  check(): void {
    if (this.#leads || this.#isOver || this.#doubted) return;
    this.#channel?.postMessage({ from: this.id, ask: true });
    this.#doubted = this.#platform.later(PATIENCE, () => {
      this.#doubted = null;
      if (!this.#leads) this.#want(true);
    });
  }

  #want(steals: boolean): void {
    this.#release();
    const { lead } = this.#platform;
    this.#release =
      lead?.(this.#name, steals, {
        got: () => this.#got(),
        lost: () => this.#lost(),
      }) ?? (() => {});
  }

  #got(): void {
    if (this.#leads || this.#isOver) return;
    this.#leads = true;
    this.#doubted?.();
    this.#doubted = null;
    this.#ear.leads(true);
    this.#channel?.postMessage({ from: this.id, lead: true });
    if (this.#channel) this.#roll();
  }

  /** Another tab did not want to wait for this one. */
  #lost(): void {
    if (this.#isOver) return;
    if (this.#leads) {
      this.#leads = false;
      for (const callOff of this.#callOffs) callOff();
      this.#callOffs = [];
      this.#others.clear();
      this.#ear.leads(false);
    }
    this.#want(false);
    this.check();
  }

  #roll(): void {
    const callOff = this.#platform.later(ROLL, () => {
      for (const [tab, answered] of this.#others) {
        if (answered) this.#others.set(tab, false);
        else {
          this.#others.delete(tab);
          this.#ear.left(tab);
        }
      }
      this.#channel?.postMessage({ from: this.id, lead: true });
      this.#roll();
    });
    this.#callOffs = [callOff];
  }

  #heard(told: Note<N>): void {
    if (this.#isOver || ("to" in told && told.to !== undefined && told.to !== this.id)) return;
    if (this.#leads) this.#others.set(told.from, true);
    if ("note" in told) this.#ear.heard(told.note, told.from);
    else if ("bye" in told) {
      this.#others.delete(told.from);
      this.#ear.left(told.from);
    } else if ("lead" in told) {
      this.#doubted?.();
      this.#doubted = null;
      // Two that lead: this one was asleep, and nobody wanted to wait.
      if (this.#leads && told.to === undefined) this.#lost();
      if (!this.#leads) this.#ear.follows(told.from);
    } else if (this.#leads) {
      this.#channel?.postMessage({ from: this.id, to: told.from, lead: true });
    }
  }
}
