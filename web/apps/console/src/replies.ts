// Canned replies: all of them, kept as long as the console is open, and their names filled in for a conversation.
import { asTrouble, type Trouble } from "@beseda/client";
import type { CannedReply, Case } from "@beseda/client/desk";
import { type ReadyReply, useChat, useObserved, useSelf } from "@beseda/react";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useDesk } from "./desk.ts";

/** So many pages are asked for at most. */
const PAGES = 20;

export interface Replies {
  all: readonly CannedReply[];
  trouble: Trouble | null;
  load(): Promise<void>;
}

export function useReplies(): Replies {
  const { calls } = useDesk();
  const self = useSelf();
  const [told, setTold] = useState<Omit<Replies, "load">>({ all: [], trouble: null });
  const load = useCallback(async () => {
    try {
      const all: CannedReply[] = [];
      let next: string | null = null;
      for (let page = 0; page === 0 || (next !== null && page < PAGES); page += 1) {
        const part = await calls.replies(next);
        all.push(...part.items);
        next = part.next;
      }
      setTold({ all, trouble: null });
    } catch (error) {
      setTold(({ all }) => ({ all, trouble: asTrouble(error) }));
    }
  }, [calls]);
  useEffect(() => {
    if (self !== "") void load();
  }, [load, self]);
  return { ...told, load };
}

/** The text with what its names stand for; a name that is not known here stands for nothing. */
export function filled(text: string, names: Readonly<Record<string, string>>): string {
  return text.replace(/\{\{\s*([a-z_.]+)\s*\}\}/g, (_, name: string) => names[name] ?? "");
}

/** The replies as they would be sent in this conversation. */
export function useReady({ visitor, about }: Case, all: readonly CannedReply[]): ReadyReply[] {
  const { me } = useObserved(useChat().session);
  const { name: shown } = (me ?? {}) as { name?: string };
  const agent = me?.full_name || shown || "";
  const first = me?.first_name || agent;
  const customer = visitor?.name ?? "";
  const email = visitor?.email ?? "";
  const { title } = about;
  return useMemo(() => {
    const names = {
      "customer.name": customer,
      "customer.first_name": customer.split(/\s+/)[0] ?? "",
      "customer.email": email,
      "agent.name": agent,
      "agent.first_name": first,
      "room.title": title,
    };
    return all.map((one) => ({
      shortcut: one.shortcut,
      title: one.title,
      text: filled(one.text, names),
    }));
  }, [all, customer, email, agent, first, title]);
}
