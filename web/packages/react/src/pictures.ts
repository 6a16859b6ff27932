// The small pictures of one page: fetched with the token, because an address carries none, and kept
// as long as somebody may scroll back to them.
import { asTrouble, type BlobLike, type Session } from "@beseda/client";
import { type RefObject, useEffect, useState } from "react";
import { useChat } from "./context.tsx";

/** So many are kept; the oldest give way. */
const MOST = 200;
/** They are fetched this far before they come into view. */
const NEAR = "800px";

export class Pictures {
  readonly #session: Session;
  /** Addresses of pictures in memory by path; null where there is no small picture. */
  readonly #known = new Map<string, string | null>();
  readonly #asked = new Map<string, Promise<string | null>>();
  #owner: string | number | undefined;

  constructor(session: Session) {
    this.#session = session;
    this.#owner = session.getSnapshot().me?.id;
    session.subscribe(() => this.#follow());
  }

  /** What is known at once; undefined when it has to be asked for. */
  known(path: string): string | null | undefined {
    return this.#known.get(path);
  }

  /** Fails with `Trouble` when it cannot be had now. */
  ask(path: string): Promise<string | null> {
    let asked = this.#asked.get(path);
    if (!asked) {
      asked = this.#fetch(path).finally(() => this.#asked.delete(path));
      this.#asked.set(path, asked);
    }
    return asked;
  }

  async #fetch(path: string): Promise<string | null> {
    const owner = this.#owner;
    let found: BlobLike | null = null;
    try {
      found = await this.#session.bytes(path);
    } catch (error) {
      if (asTrouble(error).kind !== "missing") throw error;
    }
    const url = found && URL.createObjectURL(found as Blob);
    if (owner === this.#owner) this.#keep(path, url);
    return url;
  }

  #keep(path: string, url: string | null): void {
    this.#known.set(path, url);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST && oldest !== undefined) this.#forget(oldest);
  }

  #forget(path: string): void {
    const url = this.#known.get(path);
    if (url) URL.revokeObjectURL(url);
    this.#known.delete(path);
  }

  /** Nobody sees the pictures of whoever was here before. */
  #follow(): void {
    const me = this.#session.getSnapshot().me?.id;
    if (me === this.#owner) return;
    this.#owner = me;
    for (const path of [...this.#known.keys()]) this.#forget(path);
  }
}

const shelves = new WeakMap<Session, Pictures>();

function picturesOf(session: Session): Pictures {
  let pictures = shelves.get(session);
  if (!pictures) {
    pictures = new Pictures(session);
    shelves.set(session, pictures);
  }
  return pictures;
}

/** The address of the small picture at `path`, once `place` comes near; null without one. */
export function usePicture(
  path: string | null,
  place: RefObject<Element | null>,
): string | null | undefined {
  const pictures = picturesOf(useChat().session);
  const [told, setTold] = useState<{ path: string; url: string | null } | null>(null);
  const known = path === null ? null : pictures.known(path);
  useEffect(() => {
    if (path === null || pictures.known(path) !== undefined || !place.current) return;
    let wanted = true;
    const ask = () =>
      pictures.ask(path).then(
        (url) => wanted && setTold({ path, url }),
        () => wanted && setTold({ path, url: null }),
      );
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (!entry?.isIntersecting) return;
        observer.disconnect();
        void ask();
      },
      { rootMargin: NEAR },
    );
    observer.observe(place.current);
    return () => {
      wanted = false;
      observer.disconnect();
    };
  }, [pictures, path, place]);
  return known ?? (told?.path === path ? told?.url : known);
}

/** An address of bytes that this page holds, as long as the component stands. */
export function useObjectUrl(bytes: BlobLike | null): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (!bytes) return;
    const made = URL.createObjectURL(bytes as Blob);
    setUrl(made);
    return () => {
      URL.revokeObjectURL(made);
      setUrl(null);
    };
  }, [bytes]);
  return url;
}
