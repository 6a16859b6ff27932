// The headless client: everything about a chat that needs no page.
export {
  type ChatApi,
  createChatApi,
  type MessagePage,
  type PageWish,
  type UploadWatch,
} from "./api.ts";
export { ChatClient, chatApi, defaultClient } from "./client.ts";
export type { Drafts } from "./drafts.ts";
export { fileName, filePath, isPicture } from "./files.ts";
export { type Heard, hear, type Said } from "./frames.ts";
export type { GetToken, TokenReason } from "./host.ts";
export type { LinkPhase, LinkState } from "./link.ts";
export type { Observed } from "./observed.ts";
export type { Unsent, Upload } from "./outbox.ts";
export {
  type BlobLike,
  type FileLike,
  keepIn,
  type Platform,
  type SocketLike,
  systemPlatform,
} from "./platform.ts";
export type { MessageEar, OpenRoom, RoomSnapshot, TypingListener } from "./room.ts";
export type { RoomList, RoomListSnapshot } from "./rooms.ts";
export type { Session, SessionOptions, SessionSnapshot } from "./session.ts";
export type { Item, Older } from "./timeline.ts";
export {
  asTrouble,
  type Id,
  type Me,
  type Message,
  type Page,
  type Participant,
  type Person,
  type Room,
  Trouble,
  type TroubleKind,
} from "./words.ts";
