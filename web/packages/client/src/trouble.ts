// What goes wrong between a client and a server, in a form that a page can put into words.

/** What is being waited for, or what stands in the way; one for each kind of trouble. */
export type TroubleKind =
  | "network"
  | "unauthenticated"
  | "forbidden"
  | "missing"
  | "invalid"
  | "throttled"
  | "server";

/** A call that failed, in a form that a page can put into words. */
export class Trouble extends Error {
  readonly kind: TroubleKind;
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** The server's own sentence, or "". */
  readonly detail: string;
  /** How long to wait before the next try, in milliseconds; 0 when the server did not say. */
  readonly retryAfter: number;
  /** The stable word for why, where the server gives one, or "". */
  readonly code: string;

  constructor(kind: TroubleKind, status: number, detail = "", retryAfter = 0, code = "") {
    super(`${kind} ${status} ${detail}`);
    this.name = "Trouble";
    this.kind = kind;
    this.status = status;
    this.detail = detail;
    this.retryAfter = retryAfter;
    this.code = code;
  }
}

/** `error` as trouble; whatever is not one already counts as a fault of ours. */
export function asTrouble(error: unknown): Trouble {
  return error instanceof Trouble ? error : new Trouble("server", 0, String(error));
}

/** Nobody knows what became of it: no answer came. */
export const noAnswer = (): Trouble => new Trouble("network", 0);

const KINDS: Record<number, TroubleKind> = {
  401: "unauthenticated",
  403: "forbidden",
  404: "missing",
  429: "throttled",
};

/** What went wrong, by the status of an answer. */
export const kindOf = (status: number): TroubleKind =>
  KINDS[status] ?? (status < 500 ? "invalid" : "server");
