// The pictures of a thread over the whole page. What shows them comes when the first one is opened.
import type { BlobLike } from "@beseda/client";
import { type ReactNode, useRef } from "react";
import { Icon } from "../icons.tsx";
import { useBackCloses } from "../useBackCloses.ts";
import { useFetched } from "../useFetched.ts";
import { useModal } from "../useModal.ts";
import { useWords } from "../words/index.ts";

export interface LightboxPicture {
  /** Where it is; `load` is asked with it. Different from all others of the list. */
  url: string;
  name: string;
  /** In pixels, where that is known: its place then has its size before it has come. */
  width?: number | null;
  height?: number | null;
  /** A small copy that is at hand already. */
  small?: string | null;
}

export interface LightboxProps {
  /** Oldest first. */
  pictures: readonly LightboxPicture[];
  /** The `url` of the one that is shown first. */
  start: string;
  /** Fetches one, with whatever the server wants to see; fails where it cannot be had. */
  load: (url: string) => Promise<BlobLike>;
  onClose: () => void;
}

const fetchStage = () => import("./LightboxStage.tsx");

export function Lightbox({ onClose, ...rest }: LightboxProps): ReactNode {
  const words = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const { value: module, failed, again } = useFetched(fetchStage);
  useModal(dialog);
  useBackCloses(onClose);
  const close = () => dialog.current?.close();
  return (
    <dialog
      ref={dialog}
      className="bs-lightbox"
      aria-label={words.pictures}
      onClose={() => dialog.current?.open || onClose()}
    >
      {module && <module.LightboxStage {...rest} dialog={dialog} />}
      {failed && (
        <div className="bs-lightbox-trouble" role="alert">
          <p>{words.pictureFailed}</p>
          <button type="button" className="bs-button" data-kind="plain" onClick={again}>
            {words.retry}
          </button>
        </div>
      )}
      <button
        type="button"
        className="bs-quiet bs-lightbox-close"
        title={words.close}
        aria-label={words.close}
        onClick={close}
      >
        <Icon name="close" />
      </button>
    </dialog>
  );
}
