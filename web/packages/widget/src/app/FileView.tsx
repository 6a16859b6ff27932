// The files of a message: a picture where there is a small one, otherwise a card to save it by.
import type { Chat, ChatFile, ChatRoom, FileLike, Upload } from "@beseda/client";
import { filePath } from "@beseda/client/order-rooms";
import { sizeText, splitName } from "@beseda/react/files";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useLang, useWords } from "./context.ts";
import { Icon } from "./icons.tsx";

/** The browser has long begun to save after this, in milliseconds. */
const SAVED = 60_000;

interface FileProps {
  chat: Chat;
  room: ChatRoom;
  file: ChatFile;
}

export function FileView({ chat, room, file }: FileProps): JSX.Element {
  const words = useWords();
  const small = useSmallPicture(chat, pathOf(file.thumbnail_url, room));
  const [hasFailed, setFailed] = useState(false);
  const save = async () => {
    setFailed(false);
    const path = pathOf(file.url, room);
    try {
      if (path) offer((await chat.session.bytes(path)) as Blob, file.name);
    } catch {
      setFailed(true);
    }
  };
  const label = `${words.download} ${file.name}`;
  return (
    <div class="file-place">
      {file.thumbnail_url ? (
        <button type="button" class="picture" aria-label={label} onClick={() => void save()}>
          <Fitted file={file} src={small} alt={words.picture(file.name)} />
        </button>
      ) : (
        <button type="button" class="file" aria-label={label} onClick={() => void save()}>
          <CardWords name={file.name} bytes={file.bytes} />
        </button>
      )}
      {hasFailed && (
        <span class="wrong" role="alert">
          {words.downloadFailed}
        </span>
      )}
    </div>
  );
}

/** As big from the beginning as it will be: nothing moves when it comes. */
function Fitted({
  file,
  src,
  alt,
}: {
  file: ChatFile;
  src: string | null;
  alt: string;
}): JSX.Element {
  const { width, height } = file;
  const [most, ratio] = [240, (height ?? 3) / (width ?? 4)];
  const wide = Math.round(Math.min(most, most / ratio, width ?? most));
  return src ? (
    <img src={src} alt={alt} width={wide} height={Math.round(wide * ratio)} />
  ) : (
    <svg
      class="coming"
      role="img"
      aria-label={alt}
      width={wide}
      height={Math.round(wide * ratio)}
    />
  );
}

interface UploadProps {
  upload: Upload;
  isGoing: boolean;
  onCancel: () => void;
}

export function UploadView({ upload, isGoing, onCancel }: UploadProps): JSX.Element {
  const words = useWords();
  const { file, share } = upload;
  const own = useOwnPicture(file);
  return (
    <div class="file-place">
      {own ? (
        <img class="own" src={own} alt={words.picture(file.name)} />
      ) : (
        <span class="file">
          <CardWords name={file.name} bytes={file.size} />
        </span>
      )}
      {isGoing && (
        <span class="going">
          <progress max={1} value={share} aria-label={`${words.sending}: ${file.name}`} />
          <button type="button" class="link" onClick={onCancel}>
            {words.cancel}
          </button>
        </span>
      )}
    </div>
  );
}

/** A name that is too long loses its middle: its ending says what it is. */
export function CardWords({ name, bytes }: { name: string; bytes: number }): JSX.Element {
  const words = useWords();
  const lang = useLang();
  const [head, tail] = splitName(name);
  return (
    <>
      <Icon name="file" />
      <span class="file-words">
        <bdi class="file-name" title={name}>
          <span>{head}</span>
          {tail}
        </bdi>
        <span class="file-note">{sizeText(bytes, lang, words.sizes)}</span>
      </span>
    </>
  );
}

/** Where a file is asked for: by who asks, but in a visitor's room by the room's own name, which is the key to it. */
function pathOf(url: string | null, room: ChatRoom): string | null {
  const path = filePath((url ?? "").split("?")[0] ?? "");
  const about = room.getSnapshot().room;
  return path && about?.kind === "support" ? `/api/public/chat-rooms/${about.uuid}${path}` : path;
}

/** An address carries no proof, so the small picture is fetched with it; null until it is there. */
function useSmallPicture(chat: Chat, path: string | null): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (!path) return;
    let made: string | null = null;
    let isWanted = true;
    chat.session.bytes(`${path}?view=thumbnail`).then(
      (bytes) => {
        if (!isWanted) return;
        made = URL.createObjectURL(bytes as Blob);
        setUrl(made);
      },
      // It stays a placeholder, which is saved as any other file.
      () => undefined,
    );
    return () => {
      isWanted = false;
      if (made) URL.revokeObjectURL(made);
    };
  }, [chat, path]);
  return url;
}

/** A picture that somebody has chosen, as they have it. */
export function useOwnPicture(file: FileLike): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (!/^image\/(png|jpeg|gif|webp)$/.test(file.type)) return;
    const made = URL.createObjectURL(file as File);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return url;
}

function offer(bytes: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(bytes);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), SAVED);
}
