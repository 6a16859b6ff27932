// What a search has found: rooms of one's own, people to write to, and messages.
import { asTrouble, type Found, type Person, type Trouble } from "@beseda/client";
import { type ReactNode, useMemo, useState } from "react";
import { useChat, useObserved } from "../context.tsx";
import { dateAndClock } from "../time.ts";
import { titleOf } from "../titles.ts";
import { sentenceFor } from "../trouble.ts";
import { useRooms } from "../useRooms.ts";
import { useWords } from "../words/index.ts";
import { excerptOf, hitsIn, isAskable, piecesOf, roomsBy } from "./find.ts";
import { Avatar, Marked, ResultLink } from "./Result.tsx";
import type { SearchPaneProps } from "./SearchPane.tsx";
import { Section } from "./Section.tsx";
import { type Parts, useAsked, useFound, usePeople } from "./useParts.ts";

/** So many rooms are shown: a list of all of them is a tab away. */
const ROOMS = 10;

export function SearchResults({ query, ...ways }: Ways & { query: string }): ReactNode {
  const words = useWords();
  const asked = useAsked(query);
  const rooms = useFoundRooms(query);
  const people = usePeople(asked);
  const found = useFound(asked);
  return (
    <>
      <Section title={words.rooms} parts={null} count={rooms.length}>
        {rooms.map(({ key, kind, title, name, hue }) => (
          <li key={key}>
            <ResultLink href={hrefTo(ways, key)} onOpen={() => ways.onSelect(key)}>
              <Avatar of={hue} name={kind === "order" ? name : title} />
              <span className="bs-room-words">
                <bdi className="bs-room-title">
                  <Marked pieces={piecesOf(title, hitsIn(title, query))} />
                </bdi>
                {name && <bdi className="bs-room-name">{name}</bdi>}
              </span>
            </ResultLink>
          </li>
        ))}
      </Section>
      <Section title={words.peopleFound} parts={people} count={people.items?.length ?? 0}>
        {people.items?.map((person) => (
          <PersonFound key={person.id} {...{ person, query }} onSelect={ways.onSelect} />
        ))}
      </Section>
      <Section title={words.messages} parts={found} count={found.items?.length ?? 0}>
        {found.items?.map((one) => (
          <MessageFound key={`${one.room} ${one.message.seq}`} found={one} ways={ways} />
        ))}
      </Section>
      <Outcome
        {...{ query, people, found }}
        rooms={rooms.length}
        isAsked={asked === query.trim()}
      />
    </>
  );
}

type Ways = Pick<SearchPaneProps, "onSelect" | "hrefOf">;

function hrefTo({ hrefOf }: Ways, room: string, seq?: number): string {
  return hrefOf?.(room, seq) ?? `?room=${encodeURIComponent(room)}`;
}

function useFoundRooms(query: string) {
  const { rooms } = useRooms();
  return useMemo(
    () => (isAskable(query) ? roomsBy(rooms ?? [], query).slice(0, ROOMS) : []),
    [rooms, query],
  );
}

interface PersonFoundProps {
  person: Person;
  query: string;
  onSelect(room: string): void;
}

function PersonFound({ person, query, onSelect }: PersonFoundProps): ReactNode {
  const chat = useChat();
  const words = useWords();
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const { id, name, role } = person;
  const write = async () => {
    setBusy(true);
    setTrouble(null);
    try {
      onSelect((await chat.calls.make({ kind: "private", with: id })).key);
    } catch (error) {
      setTrouble(asTrouble(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <li className="bs-room bs-person">
      <Avatar of={id} name={name} />
      <span className="bs-room-words">
        <bdi className="bs-room-title">
          <Marked pieces={piecesOf(name, hitsIn(name, query))} />
        </bdi>
        <span className="bs-room-name">{words.roleNames[role]}</span>
        {trouble && (
          <span className="bs-person-trouble" role="alert">
            {sentenceFor(trouble, words)}
          </span>
        )}
      </span>
      <button
        type="button"
        className="bs-button"
        data-kind="plain"
        disabled={busy}
        aria-label={`${words.write}: ${name}`}
        onClick={() => void write()}
        data-result=""
      >
        {words.write}
      </button>
    </li>
  );
}

function MessageFound({ found, ways }: { found: Found; ways: Ways }): ReactNode {
  const { rooms } = useObserved(useChat().rooms);
  const words = useWords();
  const { room, message, highlights } = found;
  const { seq, text, author } = message;
  const about = rooms.find(({ key }) => key === room)?.about ?? null;
  const at = new Date(message.created_at);
  return (
    <li>
      <ResultLink href={hrefTo(ways, room, seq)} onOpen={() => ways.onSelect(room, seq)}>
        <span className="bs-room-words">
          <span className="bs-room-line">
            <bdi className="bs-room-title">{titleOf(about, room, words)}</bdi>
            <time className="bs-room-time" dateTime={message.created_at}>
              {dateAndClock(at)}
            </time>
          </span>
          <span className="bs-result-text">
            <bdi>{author?.name || words.notice}: </bdi>
            <bdi>
              <Marked pieces={excerptOf(text, highlights)} />
            </bdi>
          </span>
        </span>
      </ResultLink>
    </li>
  );
}

interface OutcomeProps {
  query: string;
  rooms: number;
  people: Parts<unknown>;
  found: Parts<unknown>;
  /** What is typed is what was asked for. */
  isAsked: boolean;
}

/** What came of it, heard and, where that is nothing, seen. */
function Outcome({ query, rooms, people, found, isAsked }: OutcomeProps): ReactNode {
  const words = useWords();
  const count = rooms + (people.items?.length ?? 0) + (found.items?.length ?? 0);
  const isDone = isAsked && !people.isLoading && !found.isLoading;
  const isNone = isDone && count === 0 && !people.trouble && !found.trouble;
  if (!isAskable(query)) return <p className="bs-list-none">{words.searchHint}</p>;
  return (
    <>
      <p className="bs-hidden" role="status">
        {isDone && !isNone ? words.foundCount(count) : ""}
      </p>
      <div role="status">{isNone && <p className="bs-list-none">{words.nothingFound}</p>}</div>
    </>
  );
}
