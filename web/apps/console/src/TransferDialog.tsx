// To whom of the staff a conversation is given.
import type { Person } from "@beseda/client";
import type { Case } from "@beseda/client/desk";
import { initialsOf, useChat, useSelf } from "@beseda/react";
import { type ReactNode, useEffect, useState } from "react";
import type { Actions } from "./actions.ts";
import { Dialog } from "./Dialog.tsx";
import { useDesk } from "./desk.ts";
import { useColleagues } from "./people.ts";
import { useConsoleWords } from "./words.ts";

/** A name is searched for after this pause, in milliseconds. */
const PAUSE = 200;
/** From so many letters on. */
const LETTERS = 2;

export interface TransferDialogProps {
  told: Case;
  actions: Actions;
  onEnd: () => void;
}

export function TransferDialog({ told, actions, onEnd }: TransferDialogProps): ReactNode {
  const words = useConsoleWords();
  const [text, setText] = useState("");
  const known = useColleagues();
  const found = useFound(text);
  const self = useSelf();
  const { people } = useDesk();
  const isSearched = text.trim().length >= LETTERS;
  const shown = (isSearched ? found : known)?.filter(
    ({ id }) => id !== told.assigned_to && id !== self,
  );
  const give = (to: Person) => {
    onEnd();
    people.know([to]);
    void actions.give(to.id);
  };
  return (
    <Dialog title={words.transferTitle} onEnd={onEnd}>
      <input
        className="console-field"
        type="search"
        value={text}
        aria-label={words.transferSearch}
        placeholder={words.transferSearch}
        onChange={({ target }) => setText(target.value)}
      />
      <ul className="choices" aria-live="polite">
        {shown?.map((one) => (
          <li key={one.id}>
            <button type="button" onClick={() => give(one)}>
              <span className="queue-assignee" aria-hidden="true">
                {initialsOf(one.name)}
              </span>
              <bdi>{one.name}</bdi>
            </button>
          </li>
        ))}
        {isSearched && shown?.length === 0 && <li>{words.transferNobody}</li>}
      </ul>
    </Dialog>
  );
}

/** Who is found by that name; null until that is known. */
function useFound(text: string): Person[] | null {
  const chat = useChat();
  const [found, setFound] = useState<Person[] | null>(null);
  const asked = text.trim();
  useEffect(() => {
    setFound(null);
    if (asked.length < LETTERS) return;
    let wanted = true;
    const timer = setTimeout(() => {
      chat.calls.people(asked).then(
        ({ items }) => wanted && setFound(items),
        () => wanted && setFound([]),
      );
    }, PAUSE);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [chat, asked]);
  return found;
}
