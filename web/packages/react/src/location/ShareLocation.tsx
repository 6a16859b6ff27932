// Asks for how long somebody wants to be seen, and only then the browser for where they are.
import { type ReactNode, useId, useRef, useState } from "react";
import { useModal } from "../useModal.ts";
import { useLang } from "../words/index.ts";
import { askPosition, locatorHere } from "./locate.ts";
import { DURATIONS, durationText, type LocationPosition, type LocationTrouble } from "./place.ts";
import { useLocationWords } from "./words.ts";

export interface ShareLocationProps {
  /** Tells the others; `duration` is in milliseconds. What fails here is told, and can be tried again. */
  onShare: (position: LocationPosition, duration: number) => Promise<void> | void;
  onClose: () => void;
}

export function ShareLocation({ onShare, onClose }: ShareLocationProps): ReactNode {
  const words = useLocationWords();
  const lang = useLang();
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const [duration, setDuration] = useState(DURATIONS[0] ?? 0);
  const [trouble, setTrouble] = useState("");
  const [going, setGoing] = useState(false);
  useModal(dialog);
  const share = async () => {
    setGoing(true);
    setTrouble("");
    try {
      const position = await askPosition(locatorHere());
      // Whoever has closed the dialog meanwhile does not want to be seen.
      if (!dialog.current?.open) return;
      await onShare(position, duration);
      onClose();
    } catch (error) {
      setTrouble(words.locationTroubles[error as LocationTrouble] ?? words.shareFailed);
      setGoing(false);
    }
  };
  return (
    <dialog
      ref={dialog}
      className="bs-confirm bs-share"
      aria-labelledby={titleId}
      onClose={() => dialog.current?.open || onClose()}
    >
      <h2 id={titleId} className="bs-title">
        {words.shareLocation}
      </h2>
      <p>{words.shareHint}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!going) void share();
        }}
      >
        <fieldset className="bs-durations">
          <legend>{words.shareFor}</legend>
          {DURATIONS.map((one) => (
            <label key={one} className="bs-duration">
              <input
                type="radio"
                name={titleId}
                checked={one === duration}
                onChange={() => setDuration(one)}
              />
              {durationText(one, lang)}
            </label>
          ))}
        </fieldset>
        <p className="bs-share-note" data-bad={trouble !== ""} role="status">
          {going ? words.locating : trouble}
        </p>
        <div className="bs-confirm-buttons">
          <button type="button" className="bs-button" data-kind="plain" onClick={onClose}>
            {words.cancel}
          </button>
          {/* Not disabled while it asks: the focus stays on it. */}
          <button type="submit" className="bs-button" aria-disabled={going}>
            {words.share}
          </button>
        </div>
      </form>
    </dialog>
  );
}
