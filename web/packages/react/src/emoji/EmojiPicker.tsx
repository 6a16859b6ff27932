// The panel of all emoji: beside what opened it, or a sheet at the bottom of a small screen. What is in it comes when needed.
import { type ReactNode, type RefObject, useCallback, useLayoutEffect, useRef } from "react";
import { Icon } from "../icons.tsx";
import { usePlaceBeside } from "../screen.ts";
import { useFetched } from "../useFetched.ts";
import { useModal } from "../useModal.ts";
import { useLang, useWords } from "../words/index.ts";
import { loadEmoji } from "./data.ts";
import { browserKeep, type EmojiKeep, rememberPicked } from "./memory.ts";

export interface EmojiPickerProps {
  /** Does not close the panel: whoever writes may want a second one. */
  onPick: (emoji: string) => void;
  onClose: () => void;
  /** The folder with `ru.json` and `en.json`, on the page's own server. */
  dataUrl: string;
  /** The button that opened it: the panel stands beside it, and gives the focus back to it. */
  opener?: RefObject<HTMLElement | null>;
  /** Where the last ones and the tone are kept: the browser's storage when left out. */
  keep?: EmojiKeep;
}

export function EmojiPicker(props: EmojiPickerProps): ReactNode {
  const { onPick, onClose, dataUrl, opener, keep = browserKeep } = props;
  const words = useWords();
  const lang = useLang();
  const dialog = useRef<HTMLDialogElement>(null);
  const fetch = useCallback(
    () => Promise.all([import("./EmojiPanel.tsx"), loadEmoji(dataUrl, lang)]),
    [dataUrl, lang],
  );
  const { value, failed, again } = useFetched(fetch);
  // Some browsers do not focus a button that is clicked; a dialog gives the focus back to whoever had it.
  useLayoutEffect(() => opener?.current?.focus({ preventScroll: true }), [opener]);
  useModal(dialog);
  usePlaceBeside(dialog, opener);
  const pick = (emoji: string) => {
    rememberPicked(keep, emoji);
    onPick(emoji);
  };
  const [panel, data] = value ?? [];
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Esc closes a dialog by itself
    <dialog
      ref={dialog}
      className="bs-emoji"
      aria-label={words.emoji}
      onClose={() => dialog.current?.open || onClose()}
      // What is around a dialog counts as the dialog itself.
      onClick={(event) => event.target === dialog.current && dialog.current.close()}
    >
      <div className="bs-emoji-whole">
        <button
          type="button"
          className="bs-quiet bs-emoji-close"
          aria-label={words.close}
          onClick={() => dialog.current?.close()}
        >
          <Icon name="close" />
        </button>
        {panel && data && <panel.EmojiPanel data={data} lang={lang} keep={keep} onPick={pick} />}
        {failed && (
          <div className="bs-state" role="alert">
            <p>{words.emojiFailed}</p>
            <button type="button" className="bs-button" data-kind="plain" onClick={again}>
              {words.retry}
            </button>
          </div>
        )}
        {!value && !failed && (
          <p className="bs-emoji-note bs-late" role="status">
            {words.loading}
          </p>
        )}
      </div>
    </dialog>
  );
}
