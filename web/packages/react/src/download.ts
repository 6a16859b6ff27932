// Saving a file: its bytes are fetched with the token, and handed to the browser under their name.
import { asTrouble, type Trouble } from "@beseda/client";
import { useState } from "react";
import { useChat } from "./context.tsx";

/** The browser has long begun to save after this, in milliseconds. */
const SAVED = 60_000;

export interface Download {
  /** Null where the address is none of this server's files. */
  start: (() => void) | null;
  going: boolean;
  trouble: Trouble | null;
}

/** Of the file at `path`, which is saved under this name. */
export function useDownload(path: string | null, name: string): Download {
  const chat = useChat();
  const [going, setGoing] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const start = async () => {
    if (path === null || going) return;
    setGoing(true);
    setTrouble(null);
    try {
      save((await chat.session.bytes(path)) as Blob, name);
    } catch (error) {
      setTrouble(asTrouble(error));
    }
    setGoing(false);
  };
  return { start: path === null ? null : () => void start(), going, trouble };
}

/** Hands bytes to the browser under their name. */
export function save(bytes: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(bytes);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), SAVED);
}
