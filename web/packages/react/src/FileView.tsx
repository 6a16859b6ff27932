// A message's file: a picture where there is a small one, otherwise a card to download it by.
import { fileName, filePath, isPicture, type Trouble } from "@beseda/client/order-rooms";
import { type ReactNode, useRef, useState } from "react";
import { useDownload } from "./download.ts";
import { sizeText, splitName } from "./files.ts";
import { Icon } from "./icons.tsx";
import type { MessageActions } from "./MessageView.tsx";
import { useObjectUrl, usePicture } from "./pictures.ts";
import type { MessageRow } from "./rows.ts";
import { sentenceFor } from "./trouble.ts";
import { useLang, useWords } from "./words/index.ts";

interface FileViewProps {
  row: MessageRow;
  actions: MessageActions;
}

export function FileView({ row, actions }: FileViewProps): ReactNode {
  const name = row.upload?.file.name ?? fileName(row.file ?? "");
  return (
    // A tap on a file is meant for the file, not for the bubble around it.
    <div className="bs-file-place" onPointerUp={(event) => event.stopPropagation()}>
      {isPicture(name) ? (
        <Picture row={row} actions={actions} name={name} />
      ) : (
        <Card row={row} name={name} />
      )}
      {row.upload && row.progress === "pending" && <OnItsWay row={row} actions={actions} />}
    </div>
  );
}

/** As big as any picture from the beginning, so that nothing moves when it comes, or does not. */
function Picture({ row, actions, name }: FileViewProps & { name: string }): ReactNode {
  const words = useWords();
  const place = useRef<HTMLDivElement>(null);
  // One's own picture stays in sight until the server's small copy has come.
  const [chosen] = useState(row.upload?.file ?? null);
  const own = useObjectUrl(chosen);
  const small = usePicture(row.file && filePath(row.file), place);
  const [broken, setBroken] = useState<string | null>(null);
  const src = [small, own].find((url) => url && url !== broken);
  const none = row.file ? small === null : own !== null;
  const image = src && (
    <img src={src} alt={words.picture(name)} draggable={false} onError={() => setBroken(src)} />
  );
  return (
    <div ref={place} className="bs-picture">
      {image && row.file && (
        <button type="button" tabIndex={-1} onClick={() => actions.view(row)}>
          {image}
        </button>
      )}
      {image && !row.file && image}
      {!image && none && <Card row={row} name={name} />}
    </div>
  );
}

function Card({ row, name }: { row: MessageRow; name: string }): ReactNode {
  const words = useWords();
  const lang = useLang();
  const download = useDownload(row.file ?? "");
  const { upload } = row;
  const shown = name || words.file;
  const content = (note: string) => (
    <>
      <span className="bs-file-mark">
        <Icon name="file" />
      </span>
      <span className="bs-file-words">
        <FileName name={shown} />
        <span className="bs-file-note">{note}</span>
      </span>
    </>
  );
  if (upload || !download.start) {
    const size = upload ? sizeText(upload.file.size, lang, words.sizes) : "";
    return <span className="bs-file">{content(size)}</span>;
  }
  return (
    <>
      <button
        type="button"
        className="bs-file"
        tabIndex={-1}
        aria-label={`${words.download} ${shown}`}
        aria-busy={download.going}
        onClick={download.start}
      >
        {content(download.going ? words.downloading : words.download)}
      </button>
      <DownloadTrouble trouble={download.trouble} />
    </>
  );
}

/** How far an upload has come, and the way to stop it. */
function OnItsWay({ row, actions }: FileViewProps): ReactNode {
  const words = useWords();
  return (
    <span className="bs-on-its-way">
      <progress max={1} value={row.upload?.share ?? 0} aria-label={words.sending} />
      <button type="button" className="bs-link" tabIndex={-1} onClick={() => actions.discard(row)}>
        {words.cancel}
      </button>
    </span>
  );
}

export function DownloadTrouble({ trouble }: { trouble: Trouble | null }): ReactNode {
  const words = useWords();
  if (!trouble) return null;
  return (
    <span className="bs-file-trouble" role="alert">
      {words.downloadFailed} {sentenceFor(trouble, words)}
    </span>
  );
}

/** A name that is too long loses its middle: its ending says what it is. */
export function FileName({ name }: { name: string }): ReactNode {
  const [head, tail] = splitName(name);
  return (
    <bdi className="bs-file-name" title={name}>
      <span>{head}</span>
      {tail}
    </bdi>
  );
}
