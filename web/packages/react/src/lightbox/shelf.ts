// The pictures that a lightbox has fetched, as addresses in memory.
import type { BlobLike } from "@beseda/client";

/** So many are kept; the oldest give way. */
const MOST = 8;

export class Shelf {
  readonly #load: (url: string) => Promise<BlobLike>;
  readonly #asked = new Map<string, Promise<string>>();

  constructor(load: (url: string) => Promise<BlobLike>) {
    this.#load = load;
  }

  /** The address in memory of the picture at `url`; what has failed is fetched anew. */
  get(url: string): Promise<string> {
    const kept = this.#asked.get(url);
    const asked = kept ?? this.#load(url).then((bytes) => URL.createObjectURL(bytes as Blob));
    // What is asked for again becomes the newest.
    this.#asked.delete(url);
    this.#asked.set(url, asked);
    if (!kept) asked.catch(() => this.#asked.get(url) === asked && this.#asked.delete(url));
    const [oldest] = this.#asked.keys();
    if (this.#asked.size > MOST && oldest !== undefined) this.drop(oldest);
    return asked;
  }

  drop(url: string): void {
    const asked = this.#asked.get(url);
    this.#asked.delete(url);
    asked?.then(
      (address) => URL.revokeObjectURL(address),
      () => undefined,
    );
  }

  clear(): void {
    for (const url of [...this.#asked.keys()]) this.drop(url);
  }
}
