// Until when a conversation is out of sight.
import { useWords } from "@beseda/react";
import { type FormEvent, type ReactNode, useId } from "react";
import type { Actions } from "./actions.ts";
import { Dialog } from "./Dialog.tsx";
import { useConsoleWords } from "./words.ts";

/** At nine in the morning, so many days from now. */
function morning(days: number): Date {
  const at = new Date();
  at.setDate(at.getDate() + days);
  at.setHours(9, 0, 0, 0);
  return at;
}

const hour = (): Date => new Date(Date.now() + 3_600_000);

export function SnoozeDialog({
  actions,
  onEnd,
}: {
  actions: Actions;
  onEnd: () => void;
}): ReactNode {
  const words = useConsoleWords();
  const kit = useWords();
  const label = useId();
  const until = (at: Date) => {
    onEnd();
    void actions.change({ state: "snoozed", snoozed_until: at.toISOString() });
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const at = new Date(String(new FormData(event.currentTarget).get("at")));
    if (!Number.isNaN(at.getTime())) until(at);
  };
  const choices: [string, () => Date][] = [
    [words.snoozeHour, hour],
    [words.snoozeTomorrow, () => morning(1)],
    [words.snoozeWeek, () => morning(7)],
  ];
  return (
    <Dialog title={words.snoozeTitle} onEnd={onEnd}>
      <ul className="choices">
        {choices.map(([name, at]) => (
          <li key={name}>
            <button type="button" onClick={() => until(at())}>
              {name}
            </button>
          </li>
        ))}
      </ul>
      <form className="console-line" onSubmit={submit}>
        <label htmlFor={label}>{words.snoozeAt}</label>
        <input id={label} name="at" type="datetime-local" required />
        <button type="submit" className="bs-button" data-kind="plain">
          {kit.save}
        </button>
      </form>
    </Dialog>
  );
}
