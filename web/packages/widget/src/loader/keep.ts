// What is remembered of somebody in the host's own storage: no other site's storage has to be allowed for that.

export interface Kept {
  /** By what the visitor is known. */
  visitor: string | null;
  /** What was written and not sent, by the name of the field or the key of the room. */
  drafts: Record<string, string>;
  unread: number;
  /** They have closed the greeting, or answered it. */
  greeted: boolean;
  /** When somebody last logged out, in milliseconds since 1970: every tab follows. */
  leftAt: number;
}

const NOTHING: Kept = { visitor: null, drafts: {}, unread: 0, greeted: false, leftAt: 0 };

/** Storage that is full or forbidden forgets with the page, instead of failing. */
function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}

export class Keep {
  readonly #name: string;
  all: Kept;

  /** `changed` hears of what another tab has changed. */
  constructor(server: string, changed?: (before: Kept) => void) {
    this.#name = `beseda ${server}`;
    this.all = this.#read();
    addEventListener("storage", () => {
      const before = this.all;
      this.all = this.#read();
      changed?.(before);
    });
  }

  set(change: Partial<Kept>): void {
    this.all = { ...this.all, ...change };
    attempt(() => localStorage.setItem(this.#name, JSON.stringify(this.all)));
  }

  /** Nothing of whoever was here is left. */
  clear(): void {
    this.set({ ...NOTHING, greeted: this.all.greeted, leftAt: Date.now() });
  }

  /** Whether the chat is open in this tab: it stays so on the next page. */
  get isOpen(): boolean {
    return attempt(() => sessionStorage.getItem(this.#name)) === "open";
  }

  set isOpen(is: boolean) {
    attempt(() => sessionStorage.setItem(this.#name, is ? "open" : ""));
  }

  #read(): Kept {
    const kept = attempt(() => JSON.parse(localStorage.getItem(this.#name) ?? "{}"));
    return { ...NOTHING, ...kept };
  }
}
