// Files as the page shows them: how big they are, names too long for their place, and where they come from.
import type { ChatFile, Upload } from "@beseda/client";
import { filePath, isPicture as isPictureName } from "@beseda/client/order-rooms";
import type { Lang } from "./words/plural.ts";

/** The end of a name that is always shown, in characters: it tells what kind of file it is. */
const TAIL = 10;

/** `bytes` as people say it: "340 KB", "1.4 MB". */
export function sizeText(bytes: number, lang: Lang, units: readonly string[]): string {
  let size = bytes;
  let unit = 0;
  while (Math.round(size) >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  const digits = unit > 0 && size < 10 ? 1 : 0;
  const number = new Intl.NumberFormat(lang, { maximumFractionDigits: digits }).format(size);
  return `${number} ${units[unit]}`;
}

/** A name in two parts: the first is cut short where there is no room for both. */
export function splitName(name: string): [string, string] {
  const letters = [...name];
  const at = letters.length > 2 * TAIL ? letters.length - TAIL : letters.length;
  return [letters.slice(0, at).join(""), letters.slice(at).join("")];
}

/** What a message says of a file, and what the page makes of it. */
export interface ShownFile {
  key: string;
  name: string;
  bytes: number;
  /** Where the server has it; null until it does, and where the address is none of this server's. */
  path: string | null;
  /** Where its small picture may be; null where there is none. */
  small: string | null;
  width: number | null;
  height: number | null;
  /** Whether it may be shown as a picture. */
  isPicture: boolean;
  /** While it is on its way. */
  upload: Upload | null;
}

export function shownFile({ id, name, media, bytes, width, height, ...told }: ChatFile): ShownFile {
  const path = told.url === null ? null : filePath(told.url);
  const small = told.thumbnail_url === null ? null : pathWithin(told.thumbnail_url);
  // Contract 4 tells the address alone: whether there is a small picture is found out.
  const isPicture = media.startsWith("image/") && (small !== null || isPictureName(name));
  return {
    key: id,
    name,
    bytes,
    path,
    small:
      small ?? (isPicture && path !== null && width === null ? `${path}?view=thumbnail` : null),
    width,
    height,
    isPicture,
    upload: null,
  };
}

export function shownUpload(upload: Upload, index: number): ShownFile {
  const { name, size } = upload.file;
  return {
    key: `${index}`,
    name,
    bytes: size,
    path: null,
    small: null,
    width: null,
    height: null,
    isPicture: isPictureName(name),
    upload,
  };
}

/** The path of an address of this server's files, with its query. */
function pathWithin(address: string): string | null {
  const at = address.indexOf("?");
  const path = filePath(at < 0 ? address : address.slice(0, at));
  return path === null ? null : path + (at < 0 ? "" : address.slice(at));
}
