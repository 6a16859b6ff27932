// Contract 4, for hosts that route nothing else: a socket a room, and a list that is asked for. What it tells
// has numbers of its own: a message's `seq` is its id, and heads are counted here.
import { keepIn } from "../keeping.ts";
import { type ChatApi, createChatApi } from "../order-rooms/api.ts";
import { OpenRoom, type RoomSnapshot } from "../order-rooms/room.ts";
import { RoomList } from "../order-rooms/rooms.ts";
import type { Item } from "../order-rooms/timeline.ts";
import type { Room as OrderRoom } from "../order-rooms/words.ts";
import type { Id } from "../people.ts";
import type { FileLike, KeepingPlatform, Platform } from "../platform.ts";
import type { Session } from "../session.ts";
import { Trouble } from "../trouble.ts";
import type {
  Calls,
  Draft,
  LinkPhase,
  LinkState,
  Told,
  UploadWatch,
  Wire,
  WireEar,
  WireKind,
} from "../wire.ts";
import type { Message } from "../words.ts";
import { aboutOf, fileOf, meOf, messageOf } from "./order-words.ts";

/** Contract 4, "order rooms": a room's key is its number. */
export const orderRooms: WireKind = {
  me: "/api/me/",
  isRouted: async () => true,
  make: (platform, session) => new OrderRoomsWire(platform, session),
};

/** A room that is open, and what was told of it. */
interface Opened {
  room: OpenRoom;
  end(): void;
  items: readonly Item[];
  about: OrderRoom | null;
  unread: number;
  typing: readonly Id[];
  isLive: boolean;
  head: number;
  /** The newest message, as the list tells it. */
  newest: number;
}

const lastOf = (items: readonly Item[]) => items.at(-1)?.message.id ?? 0;

const isLive = ({ newest }: Opened, { isConnected, items }: RoomSnapshot) =>
  isConnected && newest <= lastOf(items);

class OrderRoomsWire implements Wire {
  readonly calls: Calls;
  readonly #platform: KeepingPlatform;
  readonly #session: Session;
  readonly #api: ChatApi;
  readonly #list: RoomList;
  readonly #open = new Map<string, Opened>();
  /** Files that go with their message: this contract takes both at once. */
  readonly #files = new Map<string, { file: FileLike; watch: UploadWatch }>();
  #ear: WireEar | null = null;
  #phase: LinkPhase = "closed";
  #ends: (() => void)[] = [];

  constructor(platform: Platform, session: Session) {
    // What is not sent is kept by the outbox of the chat: here it lives as long as the page.
    const alone = <T>(_: string, work: () => Promise<T>) => work();
    this.#platform = { ...platform, keep: keepIn(null), alone };
    this.#session = session;
    this.#api = createChatApi(session);
    this.#list = new RoomList(this.#platform, this.#api, {
      told: (rooms) => {
        for (const room of rooms) this.#told(room);
      },
      unreachable: () => this.doubt(),
    });
    this.calls = this.#callsOf();
  }

  start(ear: WireEar): void {
    this.#ear = ear;
    this.#become("connecting");
    this.#ends = [this.#list.subscribe(() => this.#listed()), this.#list.watch()];
  }

  stop(): void {
    this.#ear = null;
    for (const end of this.#ends) end();
    for (const key of [...this.#open.keys()]) this.close(key);
    this.#phase = "closed";
  }

  open(key: string): void {
    const room = new OpenRoom(Number(key), {
      platform: this.#platform,
      session: this.#session,
      api: this.#api,
      me: this.#self,
      touched: () => this.#touched(room),
    });
    const nothing = { items: [], about: null, unread: 0, typing: [] };
    const opened: Opened = { room, end: () => {}, isLive: false, head: 0, newest: 0, ...nothing };
    this.#open.set(key, opened);
    opened.end = room.subscribe(() => this.#heard(key, opened, room.getSnapshot()));
    room.open();
  }

  close(key: string): void {
    const opened = this.#open.get(key);
    this.#open.delete(key);
    opened?.end();
    opened?.room.close();
  }

  doubt(): void {
    for (const { room } of this.#open.values()) {
      room.link.doubt();
      room.link.retryNow();
    }
    this.#list.hint();
  }

  lose(): void {
    for (const { room } of this.#open.values()) room.link.lose();
    this.#become("waiting");
  }

  async send(room: string, { text, client_id, files = [] }: Draft): Promise<Message> {
    const [id = ""] = files;
    const going = this.#files.get(id);
    if (id && !going) throw new Trouble("missing", 404, "", 0, "no_such_file");
    const sent = await this.#api.sendMessage(
      Number(room),
      text,
      client_id,
      going?.file,
      going?.watch,
    );
    this.#files.delete(id);
    const item = { message: sent, clientId: client_id, edited: false, erased: false };
    return messageOf(item, this.#open.get(room)?.head ?? 0);
  }

  async read(key: string, seq: number): Promise<void> {
    const opened = this.#open.get(key);
    // This contract's mark is always at the end.
    if (opened && seq < lastOf(opened.items)) return;
    opened?.room.markAsRead();
    if (!opened?.isLive) await this.#api.markAsRead(Number(key));
  }

  typing(key: string, on: boolean): void {
    this.#open.get(key)?.room.link.say({ type: "typing", is_typing: on });
  }

  // This contract tells nobody who is about.
  watch(): void {}

  away(is: boolean): void {
    this.#list.setVisible(!is);
  }

  get #self(): Id {
    return this.#session.getSnapshot().me?.id ?? 0;
  }

  #listed(): void {
    const { rooms, trouble } = this.#list.getSnapshot();
    if (trouble || !rooms) {
      this.#become("waiting");
      return;
    }
    this.#become("open");
    const told = rooms.map((room) => aboutOf(room, this.#self, this.#headOf(room)));
    this.#tell({ type: "here", rooms: told, gone: [], more: false, token: null, whole: true });
  }

  /** What the list says of a room: where that is more than its socket has told, the socket may be dead. */
  #told(room: OrderRoom): void {
    const key = String(room.id);
    const opened = this.#open.get(key);
    if (!opened) return;
    opened.newest = room.last_message?.id ?? 0;
    opened.room.know(room);
    if (opened.newest > lastOf(opened.items)) opened.room.link.doubt();
    this.#heard(key, opened, opened.room.getSnapshot());
  }

  #headOf({ id }: OrderRoom): number {
    return this.#open.get(String(id))?.head ?? 0;
  }

  /** What an open room knows better than the last answer. */
  #touched(room: OpenRoom): void {
    const { loaded, items, room: known } = room.getSnapshot();
    if (loaded && known) {
      const newest = items.findLast(({ erased }) => !erased)?.message ?? null;
      this.#list.patch(room.id, { newest, unread: known.unread_count });
    }
    this.#list.hint();
  }

  /** An open room has changed: what is different is told. */
  #heard(key: string, opened: Opened, now: RoomSnapshot): void {
    if (this.#open.get(key) !== opened) return;
    if (now.link.phase === "refused") {
      this.#tell({ type: "shut", room: key, code: "no_such_room", detail: "" });
      return;
    }
    for (const person of new Set([...now.typing, ...opened.typing])) {
      const on = now.typing.includes(person);
      if (on === opened.typing.includes(person)) continue;
      this.#tell({ type: "typing", room: key, person: String(person), on });
    }
    opened.typing = now.typing;
    if (!now.loaded || !now.room) return;
    const isSame = now.items === opened.items && now.room === opened.about;
    if (isSame && isLive(opened, now) === opened.isLive) return;
    this.#tellChanges(key, opened, now, now.room);
  }

  #tellChanges(key: string, opened: Opened, now: RoomSnapshot, room: OrderRoom): void {
    const known = new Set(opened.items);
    const ids = new Set(now.items.map(({ message }) => message.id));
    // What was there and is not any more was too far away to be followed: the room begins anew.
    const reset =
      opened.items.length === 0 || opened.items.some(({ message }) => !ids.has(message.id));
    const changed = now.items.filter((item) => reset || !known.has(item));
    opened.head += 1;
    const messages = changed.map((item) => messageOf(item, opened.head));
    opened.items = now.items;
    opened.about = room;
    opened.isLive = isLive(opened, now);
    const about = aboutOf(room, this.#self, opened.head, now.items);
    this.#tell({
      type: "changes",
      room: key,
      about,
      me: meOf(room, this.#self, now.items),
      head: opened.head,
      seq: lastOf(now.items),
      cursor: `${opened.head}`,
      members: null,
      messages,
      receipts: [],
      more: false,
      reset,
      live: opened.isLive,
    });
  }

  async #older(key: string, before: number, limit: number) {
    const opened = this.#open.get(key);
    if (!opened) throw new Trouble("missing", 404, "", 0, "no_such_room");
    const { room } = opened;
    const earlier = () => room.getSnapshot().items.filter(({ message }) => message.id < before);
    if (earlier().length === 0) await room.loadOlder();
    const { olderTrouble, older } = room.getSnapshot();
    if (olderTrouble) throw olderTrouble;
    const items = earlier();
    const part = items.slice(-limit).map((item) => messageOf(item, opened.head));
    const has_before = older !== "none" || items.length > part.length;
    return { items: part, head: opened.head, cursor: "", has_before, has_after: true };
  }

  #callsOf(): Calls {
    const none = () => Promise.reject(new Trouble("missing", 404, "", 0, "not_in_this_contract"));
    const api = this.#api;
    const aboutOne = (room: OrderRoom) => aboutOf(room, this.#self, this.#headOf(room));
    return {
      keyOf: async (id) => String(id),
      room: async (key) => aboutOne(await api.getRoom(Number(key))),
      async make(wish) {
        const order = "key" in wish ? /^order:(.+)$/.exec(wish.key)?.[1] : undefined;
        if (order === undefined) return none();
        const id = decodeURIComponent(order);
        return aboutOne(await api.createRoomForOrder(/^\d{1,15}$/.test(id) ? Number(id) : id));
      },
      messages: (key, { before, limit = 50 }) =>
        before === undefined ? none() : this.#older(key, before, limit),
      edit: async (key, seq, text) => {
        const message = await api.editMessage(seq, text);
        const head = this.#open.get(key)?.head ?? 0;
        return messageOf({ message, clientId: null, edited: true, erased: false }, head);
      },
      erase: (_, seq) => api.deleteMessage(seq),
      upload: async (_, file, watch = {}) => {
        const id = `${this.#platform.now()} ${this.#files.size} ${file.name}`;
        this.#files.set(id, { file, watch });
        return { ...fileOf(file.name), id };
      },
      change: none,
      view: none,
      members: none,
      changeMembers: none,
      changes: none,
      react: none,
      pin: none,
      versions: none,
      pins: none,
      search: none,
      people: none,
    };
  }

  #become(phase: LinkPhase): void {
    if (this.#phase === phase) return;
    this.#phase = phase;
    const link: LinkState = { phase, code: 0, since: this.#platform.now(), by: "socket" };
    this.#tell({ type: "link", link });
  }

  #tell(told: Told): void {
    this.#ear?.tell(told);
  }
}
