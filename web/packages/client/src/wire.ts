// What the client asks of a server, whatever it speaks, and what it hears from it.
import type { FileLike, Platform, Signal } from "./platform.ts";
import type { Session } from "./session.ts";
import type {
  Changes,
  ChatFile,
  Found,
  Me,
  Member,
  Message,
  Part,
  Person,
  Position,
  Presence,
  Room,
  Stretch,
} from "./words.ts";

/** `refused` stays so until somebody asks for the link again. */
export type LinkPhase = "closed" | "connecting" | "open" | "waiting" | "refused";

export interface LinkState {
  phase: LinkPhase;
  /** The code of the last close that was not ours; 0 when there was none. */
  code: number;
  /** When the link was last whole, or first asked for (ms since 1970). */
  since: number;
  /** What carries it: a socket, or what stands in for one where sockets are blocked. */
  by: "socket" | "stream" | "poll";
}

/** A room that is not open has moved. */
export interface Moved {
  room: string;
  about: Room | null;
  head: number;
  seq: number;
  cursor: string;
  /** Null when somebody else's new message is all that changed. */
  me: Me | null;
  last_message: Message | null;
}

/** What a wire tells. All tabs of a browser hear all of it, in the same order. */
export type Told =
  | { type: "link"; link: LinkState }
  /** Rooms of one's own as they are now. `whole`: from here on all of them, in pieces; the last has the token. */
  | {
      type: "here";
      rooms: Room[];
      gone: string[];
      more: boolean;
      token: string | null;
      whole: boolean;
    }
  | { type: "token"; token: string }
  /** One room, asked for by itself. */
  | { type: "about"; room: Room }
  | ({ type: "changes"; live: boolean } & Changes)
  | ({ type: "moved" } & Moved)
  | { type: "added"; room: string; about: Room }
  | { type: "removed"; room: string }
  /** A room that was asked for is not opened. */
  | { type: "shut"; room: string; code: string; detail: string }
  /** The server has a message of one's own. */
  | { type: "sent"; room: string; client_id: string; message: Message }
  /** One's own mark, as it was wished here; the server follows. */
  | { type: "read"; room: string; seq: number }
  /** ... and the server has it. */
  | { type: "marked"; room: string; seq: number }
  /** Of one's own view, what was changed here. */
  | { type: "view"; room: string; me: Me }
  | { type: "typing"; room: string; person: string; on: boolean }
  | { type: "presence"; items: Presence[] }
  | ({ type: "position" } & Position)
  | { type: "limits"; limits: Limits };

export type Limits = Record<string, { value: number; unit: string }>;

/** Who listens to a wire, and what it has already. */
export interface WireEar {
  tell(told: Told): void;
  /** The newest token heard: from where to go on; null to be told everything. */
  since(): string | null;
  /** How far a room is known; null when nothing of it is. */
  cursor(room: string): string | null;
}

/** A message before it is one. */
export interface Draft {
  client_id: string;
  text: string;
  reply_to?: number | null;
  files?: string[];
  mentions?: string[];
  custom?: Record<string, unknown> | null;
}

export interface UploadWatch {
  /** Hears how much has gone, 0 to 1. */
  progress?(share: number): void;
  signal?: Signal;
}

/** Which stretch of a room: one of the three, or its newest messages. */
export interface StretchWish {
  before?: number;
  after?: number;
  around?: number;
  limit?: number;
}

export interface SearchWish {
  q: string;
  room?: string;
  author?: string;
  from?: string;
  to?: string;
  has?: "file";
  kind?: string;
  limit?: number;
  cursor?: string;
}

/** What a room is opened by. */
export type RoomWish =
  | { key: string }
  | { kind: "private"; with: string }
  | { kind: "group"; title: string; members: string[]; client_id: string }
  | {
      kind: "support";
      name?: string;
      email?: string;
      subject?: string;
      text?: string;
      /** From which page one writes, and where one was before. */
      page?: string;
      referrer?: string;
      /** What the page says of one besides, for the desk. */
      custom?: Record<string, unknown>;
      client_id: string;
    };

export type ViewChange = Partial<Pick<Me, "muted_until" | "pinned" | "archived" | "unread_from">>;

export interface MembersChange {
  add?: { id: string; role?: string }[];
  remove?: string[];
}

/** The calls. Each fails with `Trouble`; any tab makes them. */
export interface Calls {
  /** The key of the room that contract 4 calls by this number. */
  keyOf(id: number): Promise<string>;
  room(key: string): Promise<Room>;
  make(wish: RoomWish): Promise<Room>;
  change(room: string, change: { title?: string; closed?: boolean }): Promise<Room>;
  view(room: string, change: ViewChange): Promise<Me>;
  members(room: string, cursor?: string): Promise<Part<Member>>;
  /** Adds and removes people; removing oneself leaves. */
  changeMembers(room: string, change: MembersChange): Promise<void>;
  messages(room: string, wish: StretchWish): Promise<Stretch>;
  changes(room: string, after: string): Promise<Changes>;
  edit(room: string, seq: number, text: string, mentions?: string[]): Promise<Message>;
  erase(room: string, seq: number): Promise<void>;
  react(room: string, seq: number, emoji: string, on: boolean): Promise<void>;
  pin(room: string, seq: number, on: boolean): Promise<void>;
  versions(
    room: string,
    seq: number,
  ): Promise<{ items: { text: string; at: string; by: string }[] }>;
  pins(room: string): Promise<Part<Message>>;
  upload(room: string, file: FileLike, watch?: UploadWatch): Promise<ChatFile>;
  search(wish: SearchWish): Promise<Part<Found>>;
  people(search: string): Promise<Part<Person>>;
}

/** One server, and the link to it for all rooms of one person, which one tab of a browser starts. */
export interface Wire {
  readonly calls: Calls;
  /** Listens from now on, and comes back by itself, until `stop`. */
  start(ear: WireEar): void;
  stop(): void;
  /** From now on everything of the room, beginning after its cursor. */
  open(room: string): void;
  close(room: string): void;
  /** Something suggests that the link may be dead. */
  doubt(): void;
  /** The device says that it has no network. */
  lose(): void;
  /** Fails with `network` when nobody knows whether the server has it: the same draft may be sent again. */
  send(room: string, draft: Draft): Promise<Message>;
  read(room: string, seq: number): Promise<void>;
  /** These three may be lost. */
  typing(room: string, on: boolean): void;
  watch(people: readonly string[]): void;
  away(is: boolean): void;
}

/** A way to speak to servers. */
export interface WireKind {
  /** Where the server says who is logged in. */
  me: string;
  /** Whether the server at hand speaks this; false also where only some other contract is routed. */
  isRouted(platform: Platform): Promise<boolean>;
  make(platform: Platform, session: Session): Wire;
}
