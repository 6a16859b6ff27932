// The client of one browser: the session, the list of rooms, and the rooms that are open.
import { type AccountOptions, AccountSession } from "../accounts.ts";
import { systemPlatform } from "../keeping.ts";
import type { Id } from "../people.ts";
import type { KeepingPlatform } from "../platform.ts";
import { type ChatApi, createChatApi } from "./api.ts";
import { outboxPrefix } from "./outbox.ts";
import { OpenRoom } from "./room.ts";
import { RoomList } from "./rooms.ts";

/** A room nobody looks at any more keeps its link this long, in milliseconds: many come right back. */
const LINGER = 1_000;

/** Everything that belongs to the person who is logged in. */
interface Belongings {
  me: Id;
  rooms: Map<number, { room: OpenRoom; holders: number; callOff: (() => void) | null }>;
}

export class ChatClient {
  readonly session: AccountSession;
  readonly api: ChatApi;
  readonly list: RoomList;
  readonly platform: KeepingPlatform;
  #own: Belongings | null = null;

  constructor(platform: KeepingPlatform, options?: AccountOptions) {
    this.platform = platform;
    this.session = new AccountSession(platform, options);
    this.session.mePath = "/api/me/";
    this.api = createChatApi(this.session);
    this.list = new RoomList(platform, this.api, {
      told: (rooms) => {
        for (const room of rooms) this.#own?.rooms.get(room.id)?.room.know(room);
      },
      unreachable: () => this.doubt(),
    });
    this.session.subscribe(() => {
      const me = this.session.getSnapshot().me?.id ?? null;
      if (this.#own && this.#own.me !== me) this.#leave();
    });
  }

  /** Ends the session, and leaves nothing of what was written and not sent in this browser. */
  async logout(): Promise<void> {
    const { me } = this.#belongings();
    const told = this.session.logout();
    // At once: the next one may sit down here before the server has answered.
    const { keep } = this.platform;
    for (const key of keep.keys(outboxPrefix(me))) keep.remove(key);
    await told;
  }

  /** The room, the same one for everybody who asks while somebody holds it. */
  room(id: number): OpenRoom {
    const own = this.#belongings();
    let kept = own.rooms.get(id);
    if (!kept) {
      const room = new OpenRoom(id, {
        platform: this.platform,
        session: this.session,
        api: this.api,
        me: own.me,
        touched: () => this.#touched(room),
      });
      kept = { room, holders: 0, callOff: null };
      own.rooms.set(id, kept);
    }
    return kept.room;
  }

  /** Keeps the room's link open until the returned function is called. */
  hold(id: number): () => void {
    const room = this.room(id);
    const own = this.#belongings();
    const kept = own.rooms.get(id);
    if (!kept) return () => {};
    kept.holders += 1;
    kept.callOff?.();
    kept.callOff = null;
    room.open();
    return () => {
      kept.holders -= 1;
      if (kept.holders > 0) return;
      kept.callOff = this.platform.later(LINGER, () => {
        room.close();
        // A file on its way goes on, and is still there when somebody comes back to look.
        if (!room.isUploading) own.rooms.delete(id);
      });
    };
  }

  /** Whether a file has not arrived yet: its bytes are lost when the page is left. */
  get isUploading(): boolean {
    return [...(this.#own?.rooms.values() ?? [])].some(({ room }) => room.isUploading);
  }

  /** Something suggests that links may be dead: a wake-up, a new network, a failed call. */
  doubt(): void {
    for (const { room } of this.#own?.rooms.values() ?? []) room.link.doubt();
  }

  /** The device says that it has no network. */
  lose(): void {
    for (const { room } of this.#own?.rooms.values() ?? []) room.link.lose();
  }

  #belongings(): Belongings {
    const me = this.session.getSnapshot().me?.id ?? 0;
    this.#own ??= { me, rooms: new Map() };
    return this.#own;
  }

  #leave(): void {
    for (const { room, callOff } of this.#own?.rooms.values() ?? []) {
      callOff?.();
      room.close();
      room.dropUploads();
    }
    this.#own = null;
    this.list.clear();
  }

  #touched(room: OpenRoom): void {
    const { loaded, items, room: known } = room.getSnapshot();
    if (loaded && known) {
      const newest = items.findLast(({ erased }) => !erased)?.message ?? null;
      this.list.patch(room.id, { newest, unread: known.unread_count });
      if (newest && newest.sender?.id === this.#own?.me) this.list.haste();
    }
    this.list.hint();
  }
}

let shared: ChatClient | null = null;

/** The client of this page, made when it is first asked for. */
export function defaultClient(): ChatClient {
  shared ??= new ChatClient(systemPlatform());
  return shared;
}

/** The calls of the contract, as the person who is logged in on this page. */
export const chatApi: ChatApi = {
  getRooms: () => defaultClient().api.getRooms(),
  getRoom: (room) => defaultClient().api.getRoom(room),
  createRoomForOrder: (order) => defaultClient().api.createRoomForOrder(order),
  getMessages: (room) => defaultClient().api.getMessages(room),
  getMessagePage: (room, wish) => defaultClient().api.getMessagePage(room, wish),
  markAsRead: (room) => defaultClient().api.markAsRead(room),
  sendMessage: (...told) => defaultClient().api.sendMessage(...told),
  editMessage: (id, text) => defaultClient().api.editMessage(id, text),
  deleteMessage: (id) => defaultClient().api.deleteMessage(id),
};
