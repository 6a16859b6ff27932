// The files that go with the message being written: chosen, pasted or dropped, and taken off again.
import { isPicture } from "@beseda/client/order-rooms";
import { type DragEvent, type ReactNode, type RefObject, useRef, useState } from "react";
import { useChat, useObserved } from "./context.tsx";
import { FileName } from "./FileView.tsx";
import { sizeText } from "./files.ts";
import { Icon } from "./icons.tsx";
import { useObjectUrl } from "./pictures.ts";
import { isTouch } from "./screen.ts";
import { plural, useLang, useWords, type Words } from "./words/index.ts";

export interface Attachments {
  files: readonly File[];
  /** Why what was offered last is not attached; "" when it is. */
  trouble: string;
  /** Offers files: those are attached that are not empty, not too big, and not too many. */
  put(files: readonly File[], folder?: boolean): void;
  remove(file: File): void;
  clear(): void;
}

export function useAttachments(): Attachments {
  const words = useWords();
  const lang = useLang();
  const limits = useObserved(useChat().limits);
  const [files, setFiles] = useState<readonly File[]>([]);
  const [trouble, setTrouble] = useState("");
  // Until the server has told what it takes, it takes one.
  const most = limits?.attachments?.value ?? 1;
  const biggest = limits?.attachment_bytes?.value ?? Number.POSITIVE_INFINITY;
  const wrongWith = (file: File): string => {
    if (file.size === 0) return words.emptyFile(file.name);
    const size = (bytes: number) => sizeText(bytes, lang, words.sizes);
    return file.size > biggest ? words.bigFile(file.name, size(file.size), size(biggest)) : "";
  };
  return {
    files,
    trouble,
    put(offered, folder = false) {
      if (offered.length === 0 && !folder) return;
      const good = offered.filter((file) => wrongWith(file) === "");
      const bad = offered.find((file) => wrongWith(file) !== "");
      const all = [...files, ...good];
      const tooMany = all.length > most ? manyWords(words, lang, most) : "";
      setFiles(folder ? files : all.slice(0, most));
      setTrouble(folder ? words.noFolder : bad ? wrongWith(bad) : tooMany);
    },
    remove(file) {
      setFiles(files.filter((one) => one !== file));
      setTrouble("");
    },
    clear() {
      setFiles([]);
      setTrouble("");
    },
  };
}

const manyWords = (words: Words, lang: "ru" | "en", most: number) =>
  most === 1 ? words.oneFile : plural(lang, most, words.manyFiles);

type Field = RefObject<HTMLTextAreaElement | null>;

interface AttachProps {
  attachments: Attachments;
  field: Field;
}

export function AttachButton(props: AttachProps & { disabled: boolean }): ReactNode {
  const { attachments, field, disabled } = props;
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
        multiple
        hidden
        onChange={({ target }) => {
          attachments.put([...(target.files ?? [])]);
          // The same file can be chosen again.
          target.value = "";
          if (!isTouch()) field.current?.focus();
        }}
      />
    </>
  );
}

/** What is attached, above the field. */
export function Chips({ attachments, field }: AttachProps): ReactNode {
  const words = useWords();
  const { files, trouble } = attachments;
  const names = files.map(({ name }) => name).join(", ");
  return (
    <div>
      <span className="bs-hidden" role="status">
        {names && words.attached(names)}
      </span>
      {files.length > 0 && (
        <div className="bs-chips">
          {files.map((file, index) => (
            <Chip
              // biome-ignore lint/suspicious/noArrayIndexKey: the same file may be there twice
              key={`${index} ${file.name}`}
              file={file}
              onRemove={() => {
                attachments.remove(file);
                field.current?.focus();
              }}
            />
          ))}
        </div>
      )}
      <p className="bs-attach-trouble" role="alert">
        {trouble}
      </p>
    </div>
  );
}

function Chip({ file, onRemove }: { file: File; onRemove: () => void }): ReactNode {
  const words = useWords();
  const lang = useLang();
  const preview = useObjectUrl(isPicture(file.name) ? file : null);
  const [broken, setBroken] = useState<string | null>(null);
  return (
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
        onClick={onRemove}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}

/** Takes files that are dropped anywhere on the element with these ears. */
export function useDrop(attachments: Attachments, enabled: boolean) {
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
      if (enabled) attachments.put([...files], folder);
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
