// The dialog that makes a group: its title, and the people of a class or any that one may write to.
import { asTrouble, uuid7 } from "@beseda/client";
import { type FormEvent, type ReactNode, useId, useRef, useState } from "react";
import { useChat, useObserved, useSelf } from "./context.tsx";
import { PeoplePicker } from "./search/PeoplePicker.tsx";
import { type Named, useClasses } from "./search/useClasses.ts";
import { sentenceFor } from "./trouble.ts";
import { useModal } from "./useModal.ts";
import { useWords, type Words } from "./words/index.ts";

/** The server's defaults, until it has told what it takes. */
const LIMITS = { title_chars: 200, members: 250 };

export interface GroupChatModalProps {
  onClose(): void;
  /** Hears the key of the new room. */
  onMade(room: string): void;
}

export function GroupChatModal(props: GroupChatModalProps): ReactNode {
  const words = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useModal(dialog);
  return (
    <dialog
      ref={dialog}
      className="bs-confirm bs-group"
      aria-labelledby={titleId}
      onClose={() => dialog.current?.open || props.onClose()}
    >
      <h2 id={titleId} className="bs-title">
        {words.newGroup}
      </h2>
      <GroupForm {...props} />
    </dialog>
  );
}

function GroupForm({ onClose, onMade }: GroupChatModalProps): ReactNode {
  const words = useWords();
  const troubleId = useId();
  const [title, setTitle] = useState("");
  const [people, setPeople] = useState<readonly Named[]>([]);
  const { make, why, busy } = useMaking(title, people, onMade);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void make();
  };
  return (
    <form onSubmit={submit} noValidate>
      <ClassChoice
        onChoose={(name, members) => {
          setPeople(members);
          if (title.trim() === "") setTitle(name);
        }}
      />
      <label className="bs-group-field">
        <span>{words.groupTitle}</span>
        <input
          className="bs-field"
          value={title}
          onChange={(event) => setTitle(event.target.value)}
          autoComplete="off"
          aria-describedby={troubleId}
        />
      </label>
      <PeoplePicker people={people} onPeople={setPeople} />
      <p id={troubleId} className="bs-group-trouble" role="alert">
        {why}
      </p>
      <div className="bs-confirm-buttons">
        <button type="button" className="bs-button" data-kind="plain" onClick={onClose}>
          {words.cancel}
        </button>
        <button type="submit" className="bs-button" disabled={busy}>
          {words.makeGroup}
        </button>
      </div>
    </form>
  );
}

/**
 * The room is opened by its people also where they are a class: contract 2's call for a class tells only its own number of
 * the room, which leads to no key, and a group for people is governed by whoever made it.
 */
function useMaking(title: string, people: readonly Named[], onMade: (room: string) => void) {
  const chat = useChat();
  const words = useWords();
  const limits = useLimits();
  const [why, setWhy] = useState("");
  const [busy, setBusy] = useState(false);
  // One for the dialog: a retry makes no second group.
  const [client_id] = useState(() => uuid7(Date.now(), crypto.getRandomValues(new Uint8Array(16))));
  const make = async () => {
    const wrong = mistakeOf(title, people, limits, words);
    setWhy(wrong);
    if (wrong) return;
    setBusy(true);
    const members = people.map(({ id }) => id);
    try {
      const wish = { kind: "group", title: title.trim(), members, client_id } as const;
      onMade((await chat.calls.make(wish)).key);
    } catch (error) {
      setWhy(sentenceFor(asTrouble(error), words));
      setBusy(false);
    }
  };
  return { make, why, busy };
}

function useLimits(): typeof LIMITS {
  const told = useObserved(useChat().limits);
  return {
    title_chars: told?.title_chars?.value ?? LIMITS.title_chars,
    members: told?.members?.value ?? LIMITS.members,
  };
}

/** What the server would not take, in words; "" where it would. */
function mistakeOf(
  title: string,
  people: readonly Named[],
  { title_chars, members }: typeof LIMITS,
  words: Words,
): string {
  const length = [...title.trim()].length;
  if (length === 0) return words.groupNoTitle;
  if (length > title_chars) return words.groupLongTitle(title_chars);
  if (people.length === 0) return words.groupNobody;
  // Whoever makes it is in it.
  return people.length >= members ? words.groupTooMany(members) : "";
}

function ClassChoice(props: { onChoose(name: string, people: Named[]): void }): ReactNode {
  const words = useWords();
  const self = useSelf();
  const classes = useClasses();
  if (classes.length === 0) return null;
  const choose = (id: string) => {
    const chosen = classes.find((one) => one.id === id);
    props.onChoose(chosen?.name ?? "", chosen?.people.filter((one) => one.id !== self) ?? []);
  };
  return (
    <label className="bs-group-field">
      <span>{words.groupClass}</span>
      <select className="bs-field" onChange={(event) => choose(event.target.value)}>
        <option value="">{words.noClass}</option>
        {classes.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
