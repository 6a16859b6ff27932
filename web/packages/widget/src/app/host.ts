// The page around the frame: what it says, and what it is asked and told.
import { Observed, type TokenReason } from "@beseda/client";
import { addressee, type FromFrame, heard, type ToFrame, tell } from "../messages.ts";

/** Everything that the page has said, as it is now. */
export type Place = Omit<Extract<ToFrame, { type: "start" }>, "type">;

interface Asked {
  done(token: string | null): void;
  fail(): void;
}

export class Host extends Observed<Place | null> {
  readonly #origin: string;
  readonly #nonce: string;
  readonly #asked = new Map<number, Asked>();
  #asks = 0;

  constructor(origin: string, nonce: string) {
    super(null);
    this.#origin = origin;
    this.#nonce = nonce;
    addEventListener("message", (event) => {
      const said = heard<ToFrame>(event, window.parent, origin, nonce);
      if (said) this.#hear(said);
    });
    for (const event of ["focus", "blur"]) {
      addEventListener(event, () => this.say({ type: "focus" }));
    }
    this.say({ type: "hello" });
  }

  /** A token of whoever is logged in at the host. */
  ask(reason: TokenReason): Promise<string | null> {
    this.#asks += 1;
    const id = this.#asks;
    return new Promise((done, fail) => {
      this.#asked.set(id, { done, fail: () => fail(new Error("the host gave no answer")) });
      this.say({ type: "ask", id, reason });
    });
  }

  say(said: FromFrame): void {
    tell(window.parent, this.#origin, this.#nonce, said);
  }

  /** The visitor is known by this from now on; null where they are not any more. */
  visits(token: string | null): void {
    this.say({ type: "visitor", token });
    this.#change({ who: { by: "visitor", token } });
  }

  /** What is being written stays with the page, wherever that goes. */
  draft(name: string, text: string): void {
    const drafts = { ...this.getSnapshot()?.drafts, [name]: text };
    this.#change({ drafts });
    this.say({ type: "draft", name, text });
  }

  #hear(said: ToFrame): void {
    switch (said.type) {
      case "start": {
        const { type: _, ...place } = said;
        this.show(place);
        break;
      }
      case "shown": {
        const { type: _, ...shown } = said;
        // Whoever opened it writes in whatever comes next, until it is closed.
        const took = said.isShown && this.getSnapshot()?.shown.takesFocus === true;
        this.#change({ shown: { ...shown, takesFocus: said.takesFocus || took } });
        break;
      }
      case "who":
        // Whoever comes finds nothing of what somebody else was writing.
        this.#change({ who: said.who, drafts: {} });
        break;
      case "context":
        this.#change({ context: said.context });
        break;
      case "look":
        this.#change({ look: said.look });
        break;
      default:
        this.#answer(said);
    }
  }

  #answer(said: Extract<ToFrame, { id: number }>): void {
    const asked = this.#asked.get(said.id);
    this.#asked.delete(said.id);
    if (said.type === "token") asked?.done(said.token);
    else asked?.fail();
  }

  #change(change: Partial<Place>): void {
    const place = this.getSnapshot();
    if (place) this.show({ ...place, ...change });
  }
}

/** The page that shows this one in a frame; null where there is none, or it is not the one that it says. */
export function hostOf(hash: string): Host | null {
  const named = addressee(hash);
  // Not every browser tells; there the policy of this page lets only sites show it that the settings name.
  const [around] = location.ancestorOrigins ?? [];
  const isOther = around !== undefined && around !== named?.origin;
  if (!named || isOther || window.parent === window) return null;
  return new Host(named.origin, named.nonce);
}
