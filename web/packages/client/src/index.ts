// The headless client: everything about a chat that needs no page.

export type { GetToken, TokenReason } from "./host.ts";
export type { Observed } from "./observed.ts";
export {
  type ChatApi,
  createChatApi,
  type MessagePage,
  type PageWish,
  type UploadWatch,
} from "./order-rooms/api.ts";
export { ChatClient, chatApi, defaultClient } from "./order-rooms/client.ts";
export type { Drafts } from "./order-rooms/drafts.ts";
export { fileName, filePath, isPicture } from "./order-rooms/files.ts";
export { type Heard, hear, type Said } from "./order-rooms/frames.ts";
export type { LinkPhase, LinkState } from "./order-rooms/link.ts";
export type { Unsent, Upload } from "./order-rooms/outbox.ts";
export type { MessageEar, OpenRoom, RoomSnapshot, TypingListener } from "./order-rooms/room.ts";
export type { RoomList, RoomListSnapshot } from "./order-rooms/rooms.ts";
export type { Item, Older } from "./order-rooms/timeline.ts";
export type { Message, Page, Participant, Person, Room } from "./order-rooms/words.ts";
export type { Id, Me } from "./people.ts";
export {
  type BlobLike,
  type FileLike,
  keepIn,
  type Platform,
  type SocketLike,
  systemPlatform,
} from "./platform.ts";
export type { Session, SessionOptions, SessionSnapshot } from "./session.ts";
export { asTrouble, Trouble, type TroubleKind } from "./trouble.ts";
