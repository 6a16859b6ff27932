// What is done with the conversation that is open: who answers, how far it is, and who was quicker.
import type { Case } from "@beseda/client/desk";
import { dateAndClock, Icon, sentenceFor, useSelf, useWords } from "@beseda/react";
import { type ReactNode, useState } from "react";
import type { Actions } from "./actions.ts";
import { useNameOf } from "./people.ts";
import { SnoozeDialog } from "./SnoozeDialog.tsx";
import { TransferDialog } from "./TransferDialog.tsx";
import { useConsoleWords } from "./words.ts";

export interface CaseBarProps {
  told: Case;
  actions: Actions;
  /** It is resolved, and the next one is wanted. */
  onResolved: () => void;
  /** Shows what stands beside the thread, where there is no room for it. */
  onDetails?: () => void;
}

export function CaseBar({ told, actions, onResolved, onDetails }: CaseBarProps): ReactNode {
  const words = useConsoleWords();
  const self = useSelf();
  const [opened, setOpened] = useState<"transfer" | "snooze" | null>(null);
  const isMine = told.assigned_to === self;
  const isResolved = told.state === "resolved";
  return (
    <section className="case-bar" aria-label={words.actions}>
      <Who told={told} />
      <div className="case-buttons">
        {!isMine && <Act name={words.take} isMain act={() => actions.take()} {...{ actions }} />}
        <Act name={words.transfer} act={() => setOpened("transfer")} {...{ actions }} />
        {isMine && <Act name={words.release} act={() => actions.give(null)} {...{ actions }} />}
        {!isResolved && (
          <>
            <Act name={words.snooze} act={() => setOpened("snooze")} {...{ actions }} />
            <Act name={words.resolve} act={() => actions.resolve()} {...{ actions }} />
            <Act
              name={words.resolveNext}
              isMain={isMine}
              act={async () => (await actions.resolve()) && onResolved()}
              {...{ actions }}
            />
          </>
        )}
        {(isResolved || told.state === "snoozed") && (
          <Act name={words.reopen} act={() => actions.change({ state: "open" })} {...{ actions }} />
        )}
        {onDetails && (
          <button type="button" className="case-button" onClick={onDetails}>
            <Icon name="people" />
            {words.details}
          </button>
        )}
      </div>
      <Failed actions={actions} />
      {opened === "transfer" && (
        <TransferDialog told={told} actions={actions} onEnd={() => setOpened(null)} />
      )}
      {opened === "snooze" && <SnoozeDialog actions={actions} onEnd={() => setOpened(null)} />}
    </section>
  );
}

interface ActProps {
  name: string;
  isMain?: boolean;
  act: () => unknown;
  actions: Actions;
}

function Act({ name, isMain = false, act, actions }: ActProps): ReactNode {
  return (
    <button
      type="button"
      className="case-button"
      data-main={isMain}
      disabled={actions.isBusy}
      onClick={() => void act()}
    >
      {name}
    </button>
  );
}

function Who({ told }: { told: Case }): ReactNode {
  const words = useConsoleWords();
  const self = useSelf();
  const { assigned_to: id, state, snoozed_until } = told;
  const name = useNameOf(id === self ? null : id);
  const who =
    id === null ? words.nobody : id === self ? words.me : words.answers(name || words.somebody);
  const until = snoozed_until && words.snoozedUntil(dateAndClock(new Date(snoozed_until)));
  return (
    <p className="case-who">
      <span className="queue-state" data-state={state}>
        {until || words.states[state]}
      </span>
      <bdi>{who}</bdi>
    </p>
  );
}

/** Somebody was quicker, or it did not work. */
function Failed({ actions }: { actions: Actions }): ReactNode {
  const words = useConsoleWords();
  const kit = useWords();
  const { trouble, takenBy } = actions;
  const name = useNameOf(takenBy);
  if (!trouble) return null;
  const isTaken = trouble.code === "taken";
  return (
    <div className="case-notice" data-kind={isTaken ? "taken" : "failed"} role="alert">
      <span>{isTaken ? words.takenBy(name || words.somebody) : sentenceFor(trouble, kit)}</span>
      {isTaken && takenBy !== null && (
        <button type="button" className="case-button" onClick={() => void actions.takeOver()}>
          {words.takeOver}
        </button>
      )}
      {!isTaken && (
        <button type="button" className="case-button" onClick={() => void actions.again()}>
          {kit.retry}
        </button>
      )}
      <button
        type="button"
        className="bs-quiet"
        aria-label={kit.close}
        onClick={() => actions.forget()}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}
