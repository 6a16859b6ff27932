// A picture in full, over the page.
import type { BlobLike } from "@beseda/client";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useChat } from "./context.tsx";
import { useDownload } from "./download.ts";
import { DownloadTrouble, FileName } from "./FileView.tsx";
import type { ShownFile } from "./files.ts";
import { Icon } from "./icons.tsx";
import { useObjectUrl, usePicture } from "./pictures.ts";
import { useModal } from "./useModal.ts";
import { useWords } from "./words/index.ts";

export function Viewer({ file, onEnd }: { file: ShownFile; onEnd: () => void }): ReactNode {
  const words = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const { name } = file;
  const download = useDownload(file.path, name);
  const small = usePicture(file.small, dialog);
  const full = useObjectUrl(useBytes(file.path));
  const src = full ?? small;
  useModal(dialog);
  return (
    <dialog
      ref={dialog}
      className="bs-viewer"
      aria-label={words.picture(name)}
      onClose={() => dialog.current?.open || onEnd()}
    >
      <header className="bs-header">
        <h2 className="bs-header-words">
          <FileName name={name} />
        </h2>
        <DownloadTrouble trouble={download.trouble} />
        {download.start && (
          <button
            type="button"
            className="bs-quiet"
            aria-label={`${words.download} ${name}`}
            aria-busy={download.going}
            onClick={download.start}
          >
            <Icon name="save" />
          </button>
        )}
        <button
          type="button"
          className="bs-quiet"
          aria-label={words.close}
          onClick={() => dialog.current?.close()}
        >
          <Icon name="close" />
        </button>
      </header>
      {src && <img src={src} alt={words.picture(name)} draggable={false} />}
    </dialog>
  );
}

/** The bytes at `path`; what is small is shown where they cannot be had. */
function useBytes(path: string | null): BlobLike | null {
  const { session } = useChat();
  const [bytes, setBytes] = useState<BlobLike | null>(null);
  useEffect(() => {
    if (path === null) return;
    let wanted = true;
    session.bytes(path).then(
      (told) => wanted && setBytes(told),
      () => undefined,
    );
    return () => {
      wanted = false;
    };
  }, [session, path]);
  return bytes;
}
