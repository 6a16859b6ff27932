// The headless client: everything about a chat that needs no page.
export { type AccountOptions, AccountSession } from "./accounts.ts";
export type { RoomState } from "./changes.ts";
export { Chat, type ChatOptions, createChat, type RoomsSnapshot } from "./chat.ts";
export type { GetToken, TokenReason } from "./host.ts";
export { keeping, systemPlatform } from "./keeping.ts";
export type { Watched } from "./observed.ts";
export { type ChatApi, ChatClient, chatApi, defaultClient } from "./order-rooms/index.ts";
export type { Unsent, Upload, Words } from "./outbox.ts";
export type { BlobLike, FileLike, KeepingPlatform, Platform } from "./platform.ts";
export type { ChatRoom, RoomSnapshot } from "./room.ts";
export type { Session, SessionOptions, SessionSnapshot } from "./session.ts";
export { browserPlatform } from "./system.ts";
export { asTrouble, Trouble, type TroubleKind } from "./trouble.ts";
export { uuid7 } from "./uuid.ts";
export type {
  Calls,
  Draft,
  Limits,
  LinkPhase,
  LinkState,
  Moved,
  Told,
  Wire,
  WireEar,
  WireKind,
} from "./wire.ts";
export { native } from "./wires/native.ts";
export { orderRooms } from "./wires/order-rooms.ts";
export type * from "./words.ts";
