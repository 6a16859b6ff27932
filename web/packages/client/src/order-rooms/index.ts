// Contract 4 as its pages know it: `chatApi`, the client of its rooms, and their words.

export type { AccountOptions as SessionOptions, AccountSession as Session } from "../accounts.ts";
export type { GetToken, TokenReason } from "../host.ts";
export { keepIn, systemPlatform } from "../keeping.ts";
export { Observed } from "../observed.ts";
export type { Id, Me } from "../people.ts";
export type { BlobLike, FileLike, Keep, KeepingPlatform, SocketLike } from "../platform.ts";
export type { SessionSnapshot } from "../session.ts";
export { asTrouble, Trouble, type TroubleKind } from "../trouble.ts";
export {
  type ChatApi,
  createChatApi,
  type MessagePage,
  type PageWish,
  type UploadWatch,
} from "./api.ts";
export { ChatClient, chatApi, defaultClient } from "./client.ts";
export { fileName, filePath, isPicture } from "./files.ts";
export { type Heard, hear, type Said } from "./frames.ts";
export type { LinkPhase, LinkState } from "./link.ts";
export type { Unsent, Upload } from "./outbox.ts";
export type { MessageEar, OpenRoom, RoomSnapshot, TypingListener } from "./room.ts";
export type { RoomList, RoomListSnapshot } from "./rooms.ts";
export type { Item, Older } from "./timeline.ts";
export type { Message, Page, Participant, Person, Room } from "./words.ts";
