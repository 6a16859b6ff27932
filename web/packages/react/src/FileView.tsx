// A message's files: a picture where there is a small one, otherwise a card to download it by.
import type { Trouble } from "@beseda/client";
import { type ReactNode, useRef, useState } from "react";
import { useDownload } from "./download.ts";
import { type ShownFile, sizeText, splitName } from "./files.ts";
import { Icon } from "./icons.tsx";
import { useObjectUrl, usePicture } from "./pictures.ts";
import { sentenceFor } from "./trouble.ts";
import { useLang, useWords } from "./words/index.ts";

interface FileViewProps {
  file: ShownFile;
  /** It is on its way, and not refused. */
  isGoing: boolean;
  /** Shows it in full. */
  onView(file: ShownFile): void;
  /** Stops it on its way. */
  onCancel(): void;
}

export function FileView({ file, isGoing, onView, onCancel }: FileViewProps): ReactNode {
  return (
    // A tap on a file is meant for the file, not for the bubble around it.
    <div className="bs-file-place" onPointerUp={(event) => event.stopPropagation()}>
      {file.isPicture ? <Picture file={file} onView={onView} /> : <Card file={file} />}
      {file.upload && isGoing && <OnItsWay share={file.upload.share} onCancel={onCancel} />}
    </div>
  );
}

/** As big from the beginning as it will be, so that nothing moves when it comes, or does not. */
function Picture({ file, onView }: Pick<FileViewProps, "file" | "onView">): ReactNode {
  const words = useWords();
  const place = useRef<HTMLDivElement>(null);
  // One's own picture stays in sight until the server's small copy has come.
  const [chosen] = useState(file.upload?.file ?? null);
  const own = useObjectUrl(chosen);
  const small = usePicture(file.small, place);
  const [broken, setBroken] = useState<string | null>(null);
  const { name, path, width, height } = file;
  const src = [small, own].find((url) => url && url !== broken);
  const none = path ? small === null : own !== null;
  const image = src && (
    <img src={src} alt={words.picture(name)} draggable={false} onError={() => setBroken(src)} />
  );
  const shape = width && height ? { aspectRatio: `${ratioOf(width, height)}` } : {};
  return (
    <div ref={place} className="bs-picture" data-shaped={Boolean(width && height)} style={shape}>
      {image && path && (
        <button type="button" tabIndex={-1} onClick={() => onView(file)}>
          {image}
        </button>
      )}
      {image && !path && image}
      {!image && none && <Card file={file} />}
    </div>
  );
}

/** A very high or very wide picture is shown within these. */
const ratioOf = (width: number, height: number) => Math.min(2.4, Math.max(0.75, width / height));

function Card({ file }: { file: ShownFile }): ReactNode {
  const words = useWords();
  const lang = useLang();
  const download = useDownload(file.path, file.name);
  const shown = file.name || words.file;
  const size = file.bytes > 0 ? sizeText(file.bytes, lang, words.sizes) : "";
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
  if (file.upload || !download.start) return <span className="bs-file">{content(size)}</span>;
  const note = download.going ? words.downloading : [words.download, size].filter(Boolean);
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
        {content(typeof note === "string" ? note : note.join(" · "))}
      </button>
      <DownloadTrouble trouble={download.trouble} />
    </>
  );
}

/** How far an upload has come, and the way to stop it. */
function OnItsWay({ share, onCancel }: { share: number; onCancel: () => void }): ReactNode {
  const words = useWords();
  return (
    <span className="bs-on-its-way">
      <progress max={1} value={share} aria-label={words.sending} />
      <button type="button" className="bs-link" tabIndex={-1} onClick={onCancel}>
        {words.cancel}
      </button>
    </span>
  );
}

function DownloadTrouble({ trouble }: { trouble: Trouble | null }): ReactNode {
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
