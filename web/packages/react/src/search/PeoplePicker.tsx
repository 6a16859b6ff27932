// Chooses people by their names: those who are chosen stand above the field, those who are found below it.
import type { Person } from "@beseda/client";
import { type ReactNode, useId, useRef, useState } from "react";
import { Icon } from "../icons.tsx";
import { useWords } from "../words/index.ts";
import { hitsIn, piecesOf } from "./find.ts";
import { Avatar, Marked } from "./Result.tsx";
import { Section } from "./Section.tsx";
import type { Named } from "./useClasses.ts";
import { useAsked, usePeople } from "./useParts.ts";

interface PeoplePickerProps {
  people: readonly Named[];
  onPeople(people: readonly Named[]): void;
}

export function PeoplePicker({ people, onPeople }: PeoplePickerProps): ReactNode {
  const words = useWords();
  const field = useRef<HTMLInputElement>(null);
  const fieldId = useId();
  const [query, setQuery] = useState("");
  const asked = useAsked(query);
  const found = usePeople(asked);
  const others = found.items?.filter(({ id }) => people.every((one) => one.id !== id)) ?? [];
  const add = ({ id, name }: Person) => {
    onPeople([...people, { id, name }]);
    setQuery("");
    field.current?.focus();
  };
  const takeOut = (id: string) => {
    onPeople(people.filter((one) => one.id !== id));
    field.current?.focus();
  };
  const isNone = asked !== "" && !found.isLoading && !found.trouble && others.length === 0;
  return (
    <div className="bs-group-field">
      <label htmlFor={fieldId}>{words.groupPeople}</label>
      {people.length > 0 && (
        <ul className="bs-chosen" aria-label={words.groupPeople}>
          {people.map(({ id, name }) => (
            <li key={id} className="bs-chosen-one">
              <bdi>{name}</bdi>
              <button
                type="button"
                className="bs-quiet"
                aria-label={words.takeOut(name)}
                onClick={() => takeOut(id)}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <input
        ref={field}
        id={fieldId}
        className="bs-field"
        type="search"
        value={query}
        onChange={(event) => setQuery(event.target.value)}
        // Whoever looks for somebody has not filled in the rest yet.
        onKeyDown={(event) => event.key === "Enter" && event.preventDefault()}
        autoComplete="off"
        spellCheck={false}
        placeholder={words.search}
      />
      {asked !== "" && (
        <Section title={words.peopleFound} parts={found} count={others.length}>
          {others.map((person) => (
            <li key={person.id}>
              <button
                type="button"
                className="bs-room bs-result"
                aria-label={words.putIn(person.name)}
                onClick={() => add(person)}
              >
                <Avatar of={person.id} name={person.name} />
                <span className="bs-room-words">
                  <bdi className="bs-room-title">
                    <Marked pieces={piecesOf(person.name, hitsIn(person.name, query))} />
                  </bdi>
                  <span className="bs-room-name">{words.roleNames[person.role]}</span>
                </span>
                <Icon name="plus" />
              </button>
            </li>
          ))}
        </Section>
      )}
      <p role="status" className="bs-found-note">
        {isNone ? words.nothingFound : ""}
      </p>
    </div>
  );
}
