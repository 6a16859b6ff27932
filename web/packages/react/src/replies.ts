// Texts that a page offers to whoever writes, by a word behind a slash.
import { createContext } from "react";

export interface ReadyReply {
  /** What is typed behind the slash. */
  shortcut: string;
  title: string;
  /** As it is to be sent. */
  text: string;
}

export const RepliesContext = createContext<readonly ReadyReply[]>([]);
