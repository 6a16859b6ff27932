// Who the host says somebody is, and the tokens that prove it.
import type { TokenReason } from "@beseda/client";
import type { Who } from "../messages.ts";

/** Gives a token of whoever is logged in at the host, signed there; null when nobody is. */
export type GetToken = (ask: { reason: TokenReason }) => Promise<string | null | undefined>;

/** Asks an address of the host's for `{"token"}` or `{"access"}`. */
export function tokenFrom(url: string): GetToken {
  return async () => {
    const answer = await fetch(url, { cache: "no-store" });
    if (answer.status === 401) return null;
    // That is no answer: it is asked again.
    if (!answer.ok) throw new Error();
    const { token, access } = await answer.json();
    return token ?? access;
  };
}

export class Identity {
  #getToken: GetToken | null = null;
  #byCookie: boolean;

  /** Where the host gives tokens, or whether the browser's cookie says who it is. */
  constructor(tokenUrl: string | null | undefined, byCookie: boolean) {
    this.#byCookie = byCookie;
    if (tokenUrl) this.set(tokenFrom(tokenUrl));
  }

  /** A visitor is whoever nobody has said anything of: then by this token, if there is one. */
  who(visitor: string | null): Who {
    if (this.#getToken) return { by: "host" };
    return this.#byCookie ? { by: "cookie" } : { by: "visitor", token: visitor };
  }

  /** A token as it is goes as long as it is taken: a refused one is no answer. */
  set(person: GetToken | string | null): void {
    this.#byCookie = false;
    this.#getToken =
      typeof person === "string"
        ? async ({ reason }) => (reason === "refused" ? null : person)
        : person;
  }

  async token(reason: TokenReason): Promise<string | null> {
    return (await this.#getToken?.({ reason })) ?? null;
  }

  /** How many messages nobody has read, asked for without the application; null where nobody can say. */
  async unread(server: string, visitor: string | null): Promise<number | null> {
    const { by } = this.who(visitor);
    const headers: Record<string, string> = {};
    if (by === "visitor" && !visitor) return null;
    if (by === "visitor") headers["X-Beseda-Visitor"] = visitor ?? "";
    try {
      if (by === "host") headers.Authorization = `Bearer ${await this.token("start")}`;
      const credentials = by === "cookie" ? "include" : "omit";
      const answer = await fetch(`${server}/api/v1/me/`, { headers, credentials });
      return (await answer.json()).unread.messages;
    } catch {
      return null;
    }
  }
}
