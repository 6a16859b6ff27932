// The things of contract 4 in the words of the client.
import { fileName, isPicture } from "../order-rooms/files.ts";
import type { Item } from "../order-rooms/timeline.ts";
import type {
  Person as OrderPerson,
  Room as OrderRoom,
  Participant,
} from "../order-rooms/words.ts";
import type { Id } from "../people.ts";
import type { ChatFile, Me, Member, Message, Person, Room } from "../words.ts";

export function personOf({ id, first_name, last_name, email }: OrderPerson, name?: string): Person {
  const whole = name || `${first_name} ${last_name}`.trim() || email;
  const rest = { avatar_url: null, role: "", active: true, custom: {} };
  return { id: String(id), name: whole, first_name, last_name, ...rest };
}

export function fileOf(address: string): ChatFile {
  const name = fileName(address) || address;
  const size = { bytes: 0, width: null, height: null, blur: null };
  return {
    id: address,
    name,
    media: isPicture(name) ? "image/*" : "",
    url: address,
    thumbnail_url: null,
    ...size,
  };
}

export function messageOf({ message, clientId, edited, erased }: Item, head: number): Message {
  const { id, room, sender, sender_name, file, created_at } = message;
  return {
    room: String(room),
    seq: id,
    head,
    sent: 0,
    author: sender ? personOf(sender, sender_name) : null,
    kind: sender ? "text" : "system",
    text: erased ? "" : message.message,
    files: file && !erased ? [fileOf(file)] : [],
    reply_to: null,
    mentions: [],
    reactions: [],
    pinned: null,
    custom: null,
    created_at,
    // When, this contract does not tell.
    edited_at: edited ? created_at : null,
    erased_at: erased ? created_at : null,
    client_id: clientId,
  };
}

/** The last of these messages that somebody has read: the contract tells the time of their mark. */
function readSeq({ last_read_at }: Participant, items: readonly Item[]): number {
  const mark = Date.parse(last_read_at ?? "") || 0;
  return items.findLast(({ message }) => Date.parse(message.created_at) <= mark)?.message.id ?? 0;
}

export function meOf(room: OrderRoom, self: Id, items: readonly Item[]): Me {
  const mine = room.participants.find(({ user }) => user.id === self);
  const last = items.at(-1)?.message.id ?? room.last_message?.id ?? 0;
  const read_seq = room.unread_count === 0 ? last : mine ? readSeq(mine, items) : 0;
  return {
    role: "",
    read_seq,
    delivered_seq: read_seq,
    unread: room.unread_count,
    mentions: 0,
    unread_from: null,
    muted_until: null,
    pinned: false,
    archived: false,
  };
}

export function aboutOf(
  room: OrderRoom,
  self: Id,
  head: number,
  items: readonly Item[] = [],
): Room {
  const { id, order, participants, last_message: last, created_at, updated_at } = room;
  const members = participants.map((one): Member => {
    const read_seq = readSeq(one, items);
    return {
      person: personOf(one.user),
      role: "",
      read_seq,
      delivered_seq: read_seq,
      joined_at: one.joined_at,
    };
  });
  const item = last && { message: last, clientId: null, edited: false, erased: false };
  return {
    key: String(id),
    uuid: "",
    kind: "order",
    subject: { title: String(order), url: null, status: "", fields: [] },
    title: "",
    avatar_url: null,
    custom: { order },
    closed: false,
    head,
    cursor: "",
    seq: items.at(-1)?.message.id ?? last?.id ?? 0,
    created_at,
    active_at: last?.created_at ?? created_at,
    updated_at,
    member_count: participants.length,
    ...(items.length > 0 ? { members } : {}),
    last_message: item && messageOf(item, head),
    me: meOf(room, self, items),
    can: ["read", "send", "upload", "edit-own", "erase-own"],
  };
}
