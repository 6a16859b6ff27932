// A list that comes in parts, each asked for by the cursor that the one before has told.
import { asTrouble, type Part, type Trouble } from "@beseda/client";
import { useCallback, useEffect, useState } from "react";
import { useChat } from "../context.tsx";
import { isAskable } from "./find.ts";

/** Whoever types makes no pause as long as this, in milliseconds; a search has a rate of its own. */
const PAUSE = 300;

type Load<T> = (cursor: string | undefined) => Promise<Part<T>>;

interface Told<T> {
  of: Load<T> | null;
  items: readonly T[] | null;
  next: string | null;
  trouble: Trouble | null;
  isLoading: boolean;
}

export interface Parts<T> {
  /** Null until the first part is here. */
  items: readonly T[] | null;
  trouble: Trouble | null;
  isLoading: boolean;
  /** More can be had. */
  hasMore: boolean;
  /** Asks for the next part, or again for the one that has failed. */
  more(): void;
}

/** Everything that `load` gives; another function is another list, and null is none. */
export function useParts<T>(load: Load<T> | null): Parts<T> {
  const [told, setTold] = useState<Told<T>>({ ...nothing, isLoading: false });
  const ask = useCallback((of: Load<T>, cursor: string | null) => {
    setTold((before) => ({
      ...(before.of === of ? before : nothing),
      of,
      trouble: null,
      isLoading: true,
    }));
    /** Unless something else is wanted by now. */
    const show = (change: (before: Told<T>) => Partial<Told<T>>) =>
      setTold((before) =>
        before.of === of ? { ...before, isLoading: false, ...change(before) } : before,
      );
    of(cursor ?? undefined).then(
      ({ items, next }) =>
        show((before) => ({
          items: cursor === null ? items : [...(before.items ?? []), ...items],
          next,
        })),
      (error: unknown) => show(() => ({ trouble: asTrouble(error) })),
    );
  }, []);
  useEffect(() => {
    if (load) ask(load, null);
  }, [load, ask]);
  const now = told.of === load && load ? told : { ...nothing, isLoading: load !== null };
  // What the server has no such call for is not there.
  const isAbsent = now.trouble?.code === "not_in_this_contract";
  return {
    items: isAbsent ? [] : now.items,
    trouble: isAbsent ? null : now.trouble,
    isLoading: now.isLoading,
    hasMore: now.next !== null,
    more: () => {
      if (load && !now.isLoading) ask(load, now.next);
    },
  };
}

const nothing = { of: null, items: null, next: null, trouble: null, isLoading: true } as const;

/** What is searched for, once nobody types any more; "" while there is nothing to ask. */
export function useAsked(typed: string): string {
  const wanted = isAskable(typed) ? typed.trim() : "";
  const [asked, setAsked] = useState(wanted);
  useEffect(() => {
    const pause = setTimeout(() => setAsked(wanted), wanted === "" ? 0 : PAUSE);
    return () => clearTimeout(pause);
  }, [wanted]);
  return wanted === "" ? "" : asked;
}

/** People one may write to, by their names. */
export function usePeople(asked: string) {
  const chat = useChat();
  const load = useCallback(() => chat.calls.people(asked), [chat, asked]);
  return useParts(asked === "" ? null : load);
}

/** Messages with these words in them, newest first. */
export function useFound(asked: string) {
  const chat = useChat();
  const load = useCallback(
    (cursor: string | undefined) => chat.calls.search({ q: asked, ...(cursor ? { cursor } : {}) }),
    [chat, asked],
  );
  return useParts(asked === "" ? null : load);
}
