// What the loader, on the host's page, and the application, in its frame, say to each other; and how each knows the other.
import type { TokenReason } from "@beseda/client";

export type Lang = "ru" | "en";
/** Whether something is asked for before somebody may write. */
export type Ask = "required" | "optional" | "off";

/** What the host says of the widget, once. */
export interface Wishes {
  title: string;
  /** A line below the title: "Отвечаем за 5 минут". */
  note: string;
  /** What is asked of a visitor besides their message. */
  name: Ask;
  email: Ask;
  /** What a visitor has to agree to; what stands in brackets leads to `consentUrl`. */
  consent: string;
  consentUrl: string;
  /** A colour of the host's own, as `#rrggbb`, or "". */
  accent: string;
}

export interface Look {
  lang: Lang;
  theme: "light" | "dark";
}

/**
 * Who somebody is: a visitor, by a token or not known yet; somebody for whom the host has tokens; or
 * whoever the browser's cookie says.
 */
export type Who = { by: "visitor"; token: string | null } | { by: "host" } | { by: "cookie" };

/** What the host says of the moment. */
export interface Context {
  /** The room to show; for visitors and where it is left out, their own newest one, or the list. */
  room?: string;
  /** What a visitor's new room is about, and what the desk is told of them. */
  subject?: string;
  custom?: Record<string, unknown>;
  /** The page from which one writes; the host's own address where it is left out. */
  page?: string;
  referrer?: string;
}

/** Whether somebody sees the application. */
export interface Shown {
  isShown: boolean;
  /** The page has the focus, or something in it: somebody sits before it. */
  isAttended: boolean;
  /** They have just opened it themselves: what they type belongs there. */
  takesFocus: boolean;
}

export type ToFrame =
  | {
      type: "start";
      wishes: Wishes;
      look: Look;
      who: Who;
      context: Context;
      shown: Shown;
      /** What was written and not sent, by the name of the field or the key of the room. */
      drafts: Record<string, string>;
      /** It stands in the page: nobody closes it. */
      isInline: boolean;
    }
  | { type: "who"; who: Who }
  | { type: "context"; context: Context }
  | { type: "look"; look: Look }
  | ({ type: "shown" } & Shown)
  | { type: "token"; id: number; token: string | null }
  /** The host could not be asked: that is no answer. */
  | { type: "noToken"; id: number };

export type FromFrame =
  | { type: "hello" }
  | { type: "ask"; id: number; reason: TokenReason }
  /** By what the visitor is known from now on; null where nobody is any more. */
  | { type: "visitor"; token: string | null }
  | { type: "draft"; name: string; text: string }
  | { type: "unread"; count: number }
  /** The focus has come, or has gone: whether somebody still sits before the page, the page knows. */
  | { type: "focus" }
  | { type: "close" };

interface Envelope {
  beseda: string;
  said: unknown;
}

/** Sends to one window, which has to be of this origin. */
export function tell(to: Window, origin: string, nonce: string, said: ToFrame | FromFrame): void {
  to.postMessage({ beseda: nonce, said } satisfies Envelope, origin);
}

/** What the other side says; null for what anybody else says, whatever it looks like. */
export function heard<T extends ToFrame | FromFrame>(
  event: MessageEvent,
  from: Window | null,
  origin: string,
  nonce: string,
): T | null {
  const { beseda, said } = Object(event.data) as Partial<Envelope>;
  const isTheirs = from !== null && event.source === from && event.origin === origin;
  return isTheirs && beseda === nonce ? (said as T) : null;
}

/** What the loader writes behind the `#` of the frame's address, which no server is sent. */
export function addressed(nonce: string, origin: string): string {
  return `#${nonce},${encodeURIComponent(origin)}`;
}

/** ... and what the frame reads there. */
export function addressee(hash: string): { nonce: string; origin: string } | null {
  const [nonce, origin] = hash.slice(1).split(",");
  return nonce && origin ? { nonce, origin: decodeURIComponent(origin) } : null;
}
