// The frames of a room's socket: what is heard, checked before it is believed, and what is said.

import { type Id, isId } from "../people.ts";
import { readMessage, readStretch } from "./reading.ts";
import type { Message } from "./words.ts";

/** What the server says. */
export type Heard =
  | { type: "message_history"; messages: Message[]; skipped: number[] }
  | { type: "chat_message"; message: Message; clientId: string | null }
  | { type: "message_updated"; message: Message }
  | { type: "message_deleted"; room: number; id: number }
  | { type: "user_typing"; userId: Id; isTyping: boolean }
  | { type: "error"; code: string; detail: string; clientId: string | null };

/** What the client says. */
export type Said =
  | { type: "chat_message"; message: string; client_id: string }
  | { type: "typing"; is_typing: boolean }
  | { type: "mark_read" };

/** The frame in `data`, or null when it is none that this client knows. */
export function hear(data: unknown): Heard | null {
  if (typeof data !== "string") return null;
  let frame: Record<string, unknown>;
  try {
    frame = JSON.parse(data) as Record<string, unknown>;
  } catch {
    return null;
  }
  const clientId = typeof frame?.client_id === "string" ? frame.client_id : null;
  switch (frame?.type) {
    case "message_history":
      return Array.isArray(frame.messages)
        ? { type: "message_history", ...readStretch(frame.messages) }
        : null;
    case "chat_message":
    case "message_updated": {
      const message = readMessage(frame.message);
      if (!message) return null;
      return frame.type === "chat_message"
        ? { type: "chat_message", message, clientId }
        : { type: "message_updated", message };
    }
    case "message_deleted":
      return typeof frame.id === "number"
        ? { type: "message_deleted", room: Number(frame.room), id: frame.id }
        : null;
    case "user_typing":
      return isId(frame.user_id)
        ? { type: "user_typing", userId: frame.user_id, isTyping: frame.is_typing === true }
        : null;
    case "error":
      return {
        type: "error",
        code: String(frame.code ?? ""),
        detail: String(frame.detail ?? ""),
        clientId,
      };
    default:
      return null;
  }
}
