// What colleagues are called, by their ids: each is asked for once.
import type { Person } from "@beseda/client";
import type { DeskCalls } from "@beseda/client/desk";
import { Observed } from "@beseda/client/order-rooms";
import { useObserved, useSelf } from "@beseda/react";
import { useEffect } from "react";
import { useDesk } from "./desk.ts";

export class People extends Observed<ReadonlyMap<string, Person>> {
  readonly #calls: DeskCalls;
  readonly #asked = new Set<string>();

  constructor(calls: DeskCalls) {
    super(new Map());
    this.#calls = calls;
  }

  know(people: readonly Person[]): void {
    const all = this.getSnapshot();
    if (people.every(({ id }) => all.has(id))) return;
    this.show(new Map([...all, ...people.map((one) => [one.id, one] as const)]));
  }

  async ask(id: string): Promise<void> {
    if (this.#asked.has(id) || this.getSnapshot().has(id)) return;
    this.#asked.add(id);
    try {
      this.know([await this.#calls.person(id)]);
    } catch {
      // Somebody who is gone has no name here; whoever is asked for again later may have one.
      setTimeout(() => this.#asked.delete(id), AGAIN);
    }
  }
}

/** Whoever was not found is asked for again after this, in milliseconds. */
const AGAIN = 60_000;

/** The name of one of the staff; "" until it is known, and for nobody. */
export function useNameOf(id: string | null): string {
  const { people } = useDesk();
  const known = useObserved(people);
  useEffect(() => {
    if (id !== null) void people.ask(id);
  }, [people, id]);
  return id === null ? "" : (known.get(id)?.name ?? "");
}

/** The staff that is known by now, oneself left out. */
export function useColleagues(): Person[] {
  const self = useSelf();
  const { people } = useDesk();
  return [...useObserved(people).values()].filter(({ id }) => id !== self);
}
