// The file that goes with the message being written: chosen, pasted or dropped, and taken off again.
import { isPicture } from "@beseda/client/order-rooms";
import { type DragEvent, type ReactNode, type RefObject, useRef, useState } from "react";
import { isTouch } from "./context.tsx";
import { FileName } from "./FileView.tsx";
import { sizeText } from "./files.ts";
import { Icon } from "./icons.tsx";
import { useObjectUrl } from "./pictures.ts";
import { useLang, useWords } from "./words/index.ts";

export interface Attachment {
  file: File | null;
  /** Why what was offered last is not attached; a key of the words. */
  trouble: "oneFile" | "noFolder" | "emptyFile" | null;
  /** Offers files: one, that is not empty, is attached. */
  put(files: readonly File[], folder?: boolean): void;
  clear(): void;
}

export function useAttachment(): Attachment {
  const [file, setFile] = useState<File | null>(null);
  const [trouble, setTrouble] = useState<Attachment["trouble"]>(null);
  return {
    file,
    trouble,
    put(files, folder = false) {
      const [first] = files;
      if (!first && !folder) return;
      const wrong = folder
        ? "noFolder"
        : files.length > 1
          ? "oneFile"
          : first?.size === 0
            ? "emptyFile"
            : null;
      setTrouble(wrong);
      if (!wrong && first) setFile(first);
    },
    clear() {
      setFile(null);
      setTrouble(null);
    },
  };
}

type Field = RefObject<HTMLTextAreaElement | null>;

export function AttachButton(props: {
  attachment: Attachment;
  field: Field;
  disabled: boolean;
}): ReactNode {
  const { attachment, field, disabled } = props;
  const words = useWords();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        className="bs-quiet bs-attach"
        title={words.attach}
        aria-label={words.attach}
        disabled={disabled}
        onClick={() => input.current?.click()}
      >
        <Icon name="attach" />
      </button>
      <input
        ref={input}
        type="file"
        hidden
        onChange={({ target }) => {
          attachment.put([...(target.files ?? [])]);
          // The same file can be chosen again.
          target.value = "";
          if (!isTouch()) field.current?.focus();
        }}
      />
    </>
  );
}

/** What is attached, above the field. */
export function Chip({ attachment, field }: { attachment: Attachment; field: Field }): ReactNode {
  const words = useWords();
  const lang = useLang();
  const { file, trouble } = attachment;
  const preview = useObjectUrl(file && isPicture(file.name) ? file : null);
  const [broken, setBroken] = useState<string | null>(null);
  return (
    <div>
      <span className="bs-hidden" role="status">
        {file && words.attached(file.name)}
      </span>
      {file && (
        <div className="bs-chip">
          <span className="bs-file-mark">
            {preview && preview !== broken ? (
              <img src={preview} alt="" draggable={false} onError={() => setBroken(preview)} />
            ) : (
              <Icon name="file" />
            )}
          </span>
          <span className="bs-file-words">
            <FileName name={file.name} />
            <span className="bs-file-note">{sizeText(file.size, lang, words.sizes)}</span>
          </span>
          <button
            type="button"
            className="bs-quiet"
            title={words.detach}
            aria-label={words.detach}
            onClick={() => {
              attachment.clear();
              field.current?.focus();
            }}
          >
            <Icon name="close" />
          </button>
        </div>
      )}
      <p className="bs-attach-trouble" role="alert">
        {trouble && words[trouble]}
      </p>
    </div>
  );
}

/** Takes a file that is dropped anywhere on the element with these ears. */
export function useDrop(attachment: Attachment, enabled: boolean) {
  const [over, setOver] = useState(false);
  const drag = (event: DragEvent) => {
    const { dataTransfer } = event;
    if (!dataTransfer.types.includes("Files")) return;
    // Also where nothing can be attached now: the browser would leave the page for the file.
    event.preventDefault();
    dataTransfer.dropEffect = enabled ? "copy" : "none";
    setOver(enabled);
  };
  const ears = {
    onDragEnter: drag,
    onDragOver: drag,
    onDragLeave({ currentTarget, relatedTarget }: DragEvent) {
      if (!currentTarget.contains(relatedTarget as Node | null)) setOver(false);
    },
    onDrop(event: DragEvent) {
      const { files, items, types } = event.dataTransfer;
      if (!types.includes("Files")) return;
      event.preventDefault();
      setOver(false);
      const folder = [...items].some((item) => item.webkitGetAsEntry()?.isDirectory);
      if (enabled) attachment.put([...files], folder);
    },
  };
  return { over, ears };
}

export function DropHint(): ReactNode {
  const words = useWords();
  return (
    <div className="bs-drop" aria-hidden="true">
      <Icon name="attach" />
      {words.dropHere}
    </div>
  );
}
