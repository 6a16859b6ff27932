// "Typing…": told sparingly, believed for a short time only.

import type { Id } from "./people.ts";
import type { Platform } from "./platform.ts";

/** The least time between two tellings while somebody types, in milliseconds. */
const TELL_EVERY = 3_000;
/** Typing ends this long after the last key, in milliseconds. */
const STILL = 2_000;
/** Somebody who said that they type is believed this long, in milliseconds. */
const BELIEVED = 6_000;

/** Tells the others that this person types. */
export class TypingVoice {
  readonly #platform: Platform;
  readonly #say: (isTyping: boolean) => void;
  #toldAt: number | null = null;
  #callOff: (() => void) | null = null;

  constructor(platform: Platform, say: (isTyping: boolean) => void) {
    this.#platform = platform;
    this.#say = say;
  }

  key(): void {
    this.#callOff?.();
    this.#callOff = this.#platform.later(STILL, () => this.stop());
    const now = this.#platform.now();
    if (this.#toldAt !== null && now - this.#toldAt < TELL_EVERY) return;
    this.#toldAt = now;
    this.#say(true);
  }

  stop(): void {
    this.#callOff?.();
    this.#callOff = null;
    if (this.#toldAt === null) return;
    this.#toldAt = null;
    this.#say(false);
  }
}

/** Who types, as far as one may believe it. */
export class TypingEar {
  readonly #platform: Platform;
  readonly #changed: () => void;
  readonly #callOffs = new Map<Id, () => void>();

  constructor(platform: Platform, changed: () => void) {
    this.#platform = platform;
    this.#changed = changed;
  }

  get people(): Id[] {
    return [...this.#callOffs.keys()];
  }

  hear(person: Id, isTyping: boolean): void {
    const callOff = this.#callOffs.get(person);
    callOff?.();
    if (isTyping) {
      this.#callOffs.set(
        person,
        this.#platform.later(BELIEVED, () => this.hear(person, false)),
      );
    } else this.#callOffs.delete(person);
    if (isTyping !== (callOff !== undefined)) this.#changed();
  }

  clear(): void {
    for (const callOff of this.#callOffs.values()) callOff();
    this.#callOffs.clear();
  }
}
