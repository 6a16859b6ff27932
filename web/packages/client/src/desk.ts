// The desk of the native API: what staff has beside the rooms that other people's questions are.
import type { Platform } from "./platform.ts";
import type { Session } from "./session.ts";
import type { Told, WireEar, WireKind } from "./wire.ts";
import { queryOf, roomPath } from "./wires/calls.ts";
import type { Part, Person, Room } from "./words.ts";

export type CaseState = "new" | "open" | "waiting" | "snoozed" | "resolved";

/** Who opened a room without an account, and from where; null is what is not known. */
export interface Visitor {
  person: string;
  name: string | null;
  email: string | null;
  page: string | null;
  referrer: string | null;
  locale: string | null;
  agent: string | null;
  custom: unknown;
}

/** What the desk knows of a room. */
export interface Case {
  room: string;
  state: CaseState;
  /** The id of whoever answers. */
  assigned_to: string | null;
  tags: string[];
  /** Whose turn it is to answer. */
  owes: "us" | "them" | null;
  /** Since when that is so. */
  since: string;
  snoozed_until: string | null;
  visitor: Visitor | null;
  /** How many notes were written about it. */
  notes: number;
  /** The room, as the asker sees it. */
  about: Room;
}

export interface CaseWish {
  state?: readonly CaseState[];
  /** `me`, `none`, or the id of a person. */
  assigned?: string;
  tag?: string;
  owes?: "us" | "them";
  sort?: "oldest";
  limit?: number;
  cursor?: string | null;
}

/** What is left out stays. */
export interface CaseChange {
  state?: CaseState;
  snoozed_until?: string | null;
  assigned_to?: string | null;
  /** Whom the page took it to be assigned to: where it is somebody else's, the code is `taken`. */
  taken_from?: string | null;
  tags?: string[];
}

export interface ReplyText {
  /** What is typed behind a slash. */
  shortcut: string;
  title: string;
  /** With names in double braces, which the page fills in that sends it. */
  text: string;
}

export interface CannedReply extends ReplyText {
  id: string;
  updated_at: string;
}

export interface HoursSaid {
  /** As the tz database calls it. */
  zone: string;
  /** Pairs of minutes of the week, the first of Monday being 0. */
  week: [number, number][];
  words: string;
}

export interface Hours extends HoursSaid {
  open: boolean;
  changes_at: string | null;
}

export type TranscriptFormat = "txt" | "html" | "json";

/** The calls of the desk. Each fails with `Trouble`. */
export function deskCalls(session: Session) {
  const get = <T>(path: string) => session.call<T>("GET", path);
  const casePath = (room: string) => `/api/v1/cases/${encodeURIComponent(room)}/`;
  const replyPath = (id: string) => `/api/v1/replies/${encodeURIComponent(id)}/`;
  return {
    cases: ({ state = [], ...wish }: CaseWish) => {
      const query = [queryOf(wish).slice(1), ...state.map((one) => `state=${one}`)];
      return get<Part<Case>>(`/api/v1/cases/?${query.filter(Boolean).join("&")}`);
    },
    case: (room: string) => get<Case>(casePath(room)),
    change: (room: string, change: CaseChange) =>
      session.call<Case>("PATCH", casePath(room), change),
    replies: (cursor: string | null = null) =>
      get<Part<CannedReply>>(`/api/v1/replies/${queryOf({ cursor })}`),
    putReply: (id: string, reply: ReplyText) =>
      session.call<CannedReply>("PUT", replyPath(id), reply),
    removeReply: (id: string) => session.call<void>("DELETE", replyPath(id)),
    hours: () => get<Hours>("/api/v1/hours/"),
    setHours: (hours: HoursSaid) => session.call<Hours>("PUT", "/api/v1/hours/", hours),
    transcript: (room: string, format: TranscriptFormat) =>
      session.bytes(`${roomPath(room)}transcript/${queryOf({ format })}`),
    person: (id: string) => get<Person>(`/api/v1/people/${encodeURIComponent(id)}/`),
  };
}

export type DeskCalls = ReturnType<typeof deskCalls>;

/** The key of the room that holds what the staff notes about this one. */
export const notesOf = (room: Room): string => `notes:${room.uuid}`;

/** A case is another one; or there were more than could be told of, and they are to be asked for again. */
export type CaseNews = ({ type: "case" } & Case) | { type: "cases" };

function newsIn(told: Told): CaseNews | null {
  const { type } = told as { type: string };
  return type === "case" || type === "cases" ? (told as unknown as CaseNews) : null;
}

/** What goes from the tab that has the link to the others. */
interface Passed {
  /** Whose news it is. */
  to: string;
  news: CaseNews;
}

/** A way to speak to servers that also tells of cases, in every tab. */
export function withCases(kind: WireKind, hear: (news: CaseNews) => void): WireKind {
  return {
    me: kind.me,
    isRouted: (platform: Platform) => kind.isRouted(platform),
    make(platform, session) {
      const wire = kind.make(platform, session);
      const self = () => String(session.getSnapshot().me?.id ?? "");
      const channel = platform.channel?.(`beseda cases ${platform.origin}`);
      if (channel) {
        channel.onmessage = ({ data }) => {
          const { to, news } = data as Passed;
          if (to === self()) hear(news);
        };
      }
      const start = wire.start.bind(wire);
      wire.start = (ear: WireEar) =>
        start({
          since: () => ear.since(),
          cursor: (room) => ear.cursor(room),
          tell(told) {
            const news = newsIn(told);
            if (!news) {
              ear.tell(told);
              return;
            }
            channel?.postMessage({ to: self(), news } satisfies Passed);
            hear(news);
          },
        });
      return wire;
    },
  };
}
