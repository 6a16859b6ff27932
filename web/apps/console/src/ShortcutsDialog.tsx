// Which keys there are.
import type { ReactNode } from "react";
import { Dialog } from "./Dialog.tsx";
import { useConsoleWords } from "./words.ts";

export function ShortcutsDialog({ onEnd }: { onEnd: () => void }): ReactNode {
  const words = useConsoleWords();
  return (
    <Dialog title={words.shortcuts} onEnd={onEnd}>
      <dl className="keys">
        {words.keys.map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <p className="console-hint">{words.shortcutsHint}</p>
    </Dialog>
  );
}
