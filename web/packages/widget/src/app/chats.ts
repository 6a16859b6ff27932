// The chat of whoever the page says somebody is.
import {
  browserPlatform,
  type Chat,
  createChat,
  type Platform,
  type SessionOptions,
} from "@beseda/client";
import { useEffect, useState } from "preact/hooks";
import type { Who } from "../messages.ts";
import { useAround } from "./context.ts";
import type { Host } from "./host.ts";
import { useWatched } from "./useWatched.ts";

/** Null as long as nobody is known. */
export function useChat(): Chat | null {
  const { host, server, place } = useAround();
  const [chat, setChat] = useState<Chat | null>(null);
  const { who } = place;
  const token = who.by === "visitor" ? who.token : null;
  useEffect(() => {
    if (who.by === "visitor" && token === null) return;
    const here = platformOf(server);
    const platform = who.by === "visitor" ? asVisitor(here) : here;
    const made = createChat({ platform, ...sessionOf(host, who.by, token) });
    setChat(made);
    void made.start();
    return () => {
      setChat(null);
      // Who has logged out leaves nothing behind, not even what waits to be sent.
      const now = host.getSnapshot()?.who;
      if (now?.by === "visitor" && now.token === null) made.forget();
      made.stop();
    };
  }, [host, server, who.by, token]);
  return chat;
}

/** How somebody's session stands; a visitor whom nobody knows any more is one who has not written yet. */
export function useSession(chat: Chat) {
  const { host, place } = useAround();
  const told = useWatched(chat.session);
  const isGone = told.state === "out" && place.who.by === "visitor";
  useEffect(() => {
    if (isGone) host.visits(null);
  }, [host, isGone]);
  return told;
}

function sessionOf(host: Host, by: Who["by"], token: string | null): SessionOptions {
  if (by === "visitor") {
    return { getToken: async ({ reason }) => (reason === "refused" ? null : token) };
  }
  return by === "host" ? { getToken: ({ reason }) => host.ask(reason) } : {};
}

/** Calls bring a visitor's token in a header of its own. */
function asVisitor(platform: Platform): Platform {
  const named = <C extends { headers: Record<string, string> }>(call: C): C => {
    const { Authorization = "", ...headers } = call.headers;
    headers["X-Beseda-Visitor"] = Authorization.replace("Bearer ", "");
    return { ...call, headers };
  };
  const { stream } = platform;
  return {
    ...platform,
    fetch: (url, call) => platform.fetch(url, named(call)),
    upload: (url, call) => platform.upload(url, named(call)),
    ...(stream && { stream: (url, call) => stream(url, named(call)) }),
  };
}

/** Where a browser keeps the frame of another site from storing anything, its tabs cannot know of each other. */
function platformOf(server: string): Platform {
  const platform = browserPlatform(server);
  try {
    if (localStorage) return platform;
  } catch {
    // It is forbidden.
  }
  const { lead: _, channel: __, store: ___, ...alone } = platform;
  return alone;
}
