// Completes words in a text area: listens to it by itself, and takes the keys of the list while that is open.
import {
  type RefObject,
  useCallback,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import type { CompletionListProps } from "./CompletionList.tsx";
import { insertInto } from "./insert.ts";
import { type Query, queryAt } from "./query.ts";
import type { CompletionSource, Option } from "./sources.ts";

/** For the text area. A `textarea` is no combobox: what is open is told by `aria-controls`. */
export interface CompletionAria {
  "aria-autocomplete": "list";
  "aria-controls"?: string;
  "aria-activedescendant"?: string;
}

export interface Completion {
  aria: CompletionAria;
  list: CompletionListProps;
}

interface Open {
  query: Query;
  options: readonly Option[];
  active: number;
  /** Whether an arrow has been pressed: until then the field alone has the attention of who hears it. */
  moved: boolean;
}

export function useCompletion(
  field: RefObject<HTMLTextAreaElement | null>,
  sources: readonly CompletionSource[],
): Completion {
  const id = useId();
  const [open, setOpen] = useState<Open | null>(null);
  const look = useLook(field, sources, setOpen);
  const close = useCallback(() => setOpen(null), []);
  const pick = (option: Option) => {
    if (!open || !field.current) return;
    setOpen(null);
    look.leave(option.insert);
    putIn(field.current, open.query, option.insert);
    option.picked?.();
  };
  const move = (step: number) => {
    if (!open) return;
    const { length } = open.options;
    setOpen({ ...open, active: (open.active + step + length) % length, moved: true });
  };
  const key = (event: KeyboardEvent) => {
    const chosen = open?.options[open.active];
    if (!open || !chosen || !isPlain(event)) return;
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Enter" || event.key === "Tab") pick(chosen);
    else if (event.key === "Escape") {
      look.dismiss(open.query);
      close();
    } else return;
    // Neither sends, nor leaves the field, nor closes the dialog around it.
    event.preventDefault();
    event.stopPropagation();
  };
  useKeys(field, key);
  const activeId = (index: number) => `${id}-${index}`;
  return {
    aria: {
      "aria-autocomplete": "list",
      ...(open ? { "aria-controls": id } : {}),
      ...(open?.moved ? { "aria-activedescendant": activeId(open.active) } : {}),
    },
    list: { id, options: open?.options ?? [], active: open?.active ?? 0, activeId, onPick: pick },
  };
}

/** While an input method composes, keys are its own; 229 is how older ones say so. */
function isPlain(event: KeyboardEvent): boolean {
  if (event.isComposing || event.keyCode === 229) return false;
  return !event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey;
}

/** Hears keys before the field's own handlers do. */
function useKeys(
  field: RefObject<HTMLTextAreaElement | null>,
  key: (event: KeyboardEvent) => void,
): void {
  useLayoutEffect(() => {
    const element = field.current;
    element?.addEventListener("keydown", key);
    return () => element?.removeEventListener("keydown", key);
  }, [field, key]);
}

interface Look {
  /** Esc: this word is completed no more. */
  dismiss: (query: Query) => void;
  /** This was put in: what is written behind it does not go on with it. */
  leave: (inserted: string) => void;
}

/** Opens the list for what is typed, and closes it when the caret goes elsewhere or the field is left. */
function useLook(
  field: RefObject<HTMLTextAreaElement | null>,
  sources: readonly CompletionSource[],
  setOpen: (change: Open | null | ((before: Open | null) => Open | null)) => void,
): Look {
  const newest = useRef(sources);
  useLayoutEffect(() => {
    newest.current = sources;
  });
  const dismissed = useRef<number | null>(null);
  const inserted = useRef(new Set<string>());
  const isLeft = useCallback(
    (text: string) => [...inserted.current].some((one) => text.startsWith(one)),
    [],
  );
  useEffect(() => {
    let turn = 0;
    const type = async (element: HTMLTextAreaElement) => {
      turn += 1;
      const mine = turn;
      const query = queryIn(element, newest.current);
      if (query?.start !== dismissed.current) dismissed.current = null;
      const off = !query || dismissed.current !== null || isLeft(element.value.slice(query.start));
      const options = off ? [] : await found(newest.current, query);
      if (mine !== turn) return;
      setOpen(off || options.length === 0 ? null : { query, options, active: 0, moved: false });
    };
    const close = () => {
      turn += 1;
      setOpen(null);
    };
    const stray = () =>
      setOpen((open) => {
        if (!open || document.activeElement !== field.current) return open;
        return field.current?.selectionEnd === open.query.end ? open : null;
      });
    let timer: ReturnType<typeof setTimeout>;
    const calls = new AbortController();
    const hear = { signal: calls.signal };
    // React puts the old text back into a field that it draws before it has heard of the new one. So nothing is drawn from
    // here until it has: the document hears of it last.
    document.addEventListener(
      "input",
      ({ target }) => {
        if (field.current && target === field.current) void type(field.current);
      },
      hear,
    );
    document.addEventListener(
      "selectionchange",
      () => {
        clearTimeout(timer);
        timer = setTimeout(stray);
      },
      hear,
    );
    document.addEventListener(
      "focusout",
      ({ target }) => target === field.current && close(),
      hear,
    );
    return () => {
      turn += 1;
      clearTimeout(timer);
      calls.abort();
    };
  }, [field, setOpen, isLeft]);
  return {
    dismiss: ({ start }) => {
      dismissed.current = start;
    },
    leave: (text) => inserted.current.add(text),
  };
}

function queryIn(
  { value, selectionStart, selectionEnd }: HTMLTextAreaElement,
  sources: readonly CompletionSource[],
): Query | null {
  if (selectionStart !== selectionEnd) return null;
  return queryAt(
    value,
    selectionEnd,
    sources.map(({ trigger }) => trigger),
  );
}

/** What cannot be had now is not offered. */
async function found(
  sources: readonly CompletionSource[],
  { trigger, text }: Query,
): Promise<readonly Option[]> {
  try {
    return (await sources.find((one) => one.trigger === trigger)?.find(text)) ?? [];
  } catch {
    return [];
  }
}

/** What ends in a space needs none where one stands already. */
function putIn(field: HTMLTextAreaElement, { start, end }: Query, text: string): void {
  insertInto(field, field.value.startsWith(" ", end) ? text.trimEnd() : text, start, end);
}
