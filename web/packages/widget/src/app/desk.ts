// What is asked of the server before anybody is known: the desk's hours, and a room with it.
import { Trouble, uuid7 } from "@beseda/client";
import type { Context, Lang } from "../messages.ts";

export interface Hours {
  open: boolean;
  /** What is said to who comes when nobody is there. */
  words: string;
}

/** Null where it is not known: then somebody may be there. */
export async function hoursOf(server: string): Promise<Hours | null> {
  try {
    const answer = await fetch(`${server}/api/v1/hours/`, { credentials: "omit" });
    return answer.ok ? ((await answer.json()) as Hours) : null;
  } catch {
    return null;
  }
}

/** What a visitor says of themselves, and their first message. */
export interface Introduction {
  name: string;
  email: string;
  text: string;
}

/** What is wrong with an introduction, by its fields. */
export class Mistakes extends Error {
  readonly fields: Record<string, string[]>;

  constructor(fields: Record<string, string[]>) {
    super("the introduction is not taken");
    this.fields = fields;
  }
}

/** One opening has one name: tried again, it opens one room. */
export function openingName(): string {
  return uuid7(Date.now(), crypto.getRandomValues(new Uint8Array(16)));
}

export interface Opening {
  introduction: Introduction;
  context: Context;
  lang: Lang;
  /** By what the visitor is known already. */
  visitor: string | null;
  client_id: string;
}

/**
 * Opens a room with the desk, and gives by what its visitor is known from now on. No cookie goes along: whoever is
 * logged in at the server in this browser is somebody else.
 */
export async function openRoom(
  server: string,
  opening: Opening,
): Promise<{ key: string; visitor: string }> {
  const { introduction, context, lang, visitor, client_id } = opening;
  const { room: _, ...visit } = context;
  const said = Object.entries({ ...introduction, ...visit }).filter(([, value]) => value);
  const headers: Record<string, string> = {
    "Content-Type": "application/json",
    "Accept-Language": lang,
  };
  if (visitor) headers["X-Beseda-Visitor"] = visitor;
  const body = JSON.stringify({ kind: "support", ...Object.fromEntries(said), client_id });
  const how = { method: "POST", headers, body, credentials: "omit" } as const;
  const answer = await fetch(`${server}/api/v1/rooms/`, how).catch(() => {
    throw new Trouble("network", 0);
  });
  const told = await answer.json().catch(() => ({}));
  if (answer.ok) return told;
  if (told.errors) throw new Mistakes(told.errors);
  throw new Trouble(answer.status === 429 ? "throttled" : "server", answer.status, told.detail);
}
