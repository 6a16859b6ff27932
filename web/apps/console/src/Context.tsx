// What stands beside a thread: notes, who asks, tags, earlier conversations, and the transcript.
import { asTrouble, type Trouble } from "@beseda/client";
import { type Case, notesOf, type TranscriptFormat } from "@beseda/client/desk";
import { addressOf, go } from "@beseda/pages";
import {
  dateAndClock,
  Icon,
  type ReadyReply,
  sentenceFor,
  useObserved,
  useWords,
} from "@beseda/react";
import { save } from "@beseda/react/download";
import { type FormEvent, type ReactNode, useState } from "react";
import type { Actions } from "./actions.ts";
import { useDesk } from "./desk.ts";
import { Notes } from "./Notes.tsx";
import { nameOf } from "./titles.ts";
import { useConsoleWords } from "./words.ts";

export interface ContextProps {
  told: Case;
  actions: Actions;
  ready: readonly ReadyReply[];
  onInsert: (text: string) => void;
  /** Closes it, where it lies over the thread. */
  onClose?: () => void;
}

export function Context({ told, actions, ready, onInsert, onClose }: ContextProps): ReactNode {
  const words = useConsoleWords();
  const kit = useWords();
  return (
    <aside className="context" aria-label={words.details} data-drawer={onClose !== undefined}>
      {onClose && (
        <button type="button" className="bs-quiet context-close" onClick={onClose}>
          <Icon name="close" />
          <span className="bs-hidden">{kit.close}</span>
        </button>
      )}
      <Notes room={told.room} notes={notesOf(told.about)} />
      <Visitor told={told} />
      <Subject told={told} />
      <Tags told={told} actions={actions} />
      <Replies ready={ready} onInsert={onInsert} />
      <Past told={told} />
      <Transcript told={told} />
    </aside>
  );
}

interface PartProps {
  title: string;
  children: ReactNode;
}

function Part({ title, children }: PartProps): ReactNode {
  return (
    <section className="context-part">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** An address of a page as a link, where it is one. */
function Value({ value }: { value: string }): ReactNode {
  if (!/^https?:\/\//i.test(value)) return <bdi>{value}</bdi>;
  return (
    <a href={value} target="_blank" rel="noopener noreferrer">
      <bdi>{value}</bdi>
    </a>
  );
}

function Facts({ facts }: { facts: readonly (readonly [string, string | null | undefined])[] }) {
  const known = facts.filter((fact): fact is [string, string] => Boolean(fact[1]));
  if (known.length === 0) return null;
  return (
    <dl className="facts">
      {known.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <Value value={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** What an application says besides, a line each. */
function linesOf(custom: unknown): [string, string][] {
  if (custom === null || typeof custom !== "object") return [];
  return Object.entries(custom).map(([name, value]) => [
    name,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
}

function Visitor({ told: { visitor, about } }: { told: Case }): ReactNode {
  const words = useConsoleWords();
  if (!visitor) return null;
  const { facts } = words;
  return (
    <Part title={words.visitor}>
      <Facts
        facts={[
          [facts.email, visitor.email],
          [facts.page, visitor.page],
          [facts.referrer, visitor.referrer],
          [facts.locale, visitor.locale],
          [facts.agent, visitor.agent],
          [facts.opened, dateAndClock(new Date(about.created_at))],
          ...linesOf(visitor.custom),
        ]}
      />
    </Part>
  );
}

function Subject({ told: { about } }: { told: Case }): ReactNode {
  const words = useConsoleWords();
  const { subject } = about;
  const lines = linesOf(about.custom);
  if (!subject && lines.length === 0) return null;
  return (
    <Part title={words.order}>
      {subject?.title && (
        <p className="context-subject">
          {subject.url && /^https?:\/\//i.test(subject.url) ? (
            <a href={subject.url} target="_blank" rel="noopener noreferrer">
              {subject.title}
            </a>
          ) : (
            subject.title
          )}
        </p>
      )}
      <Facts
        facts={[
          [words.facts.status, subject?.status],
          ...(subject?.fields ?? []).map(({ label, value }) => [label, value] as const),
          ...lines,
        ]}
      />
    </Part>
  );
}

function Tags({ told, actions }: { told: Case; actions: Actions }): ReactNode {
  const words = useConsoleWords();
  const { tags } = told;
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const tag = String(new FormData(form).get("tag")).trim();
    if (tag && (await actions.change({ tags: [...new Set([...tags, tag])] }))) form.reset();
  };
  return (
    <Part title={words.tags}>
      {tags.length > 0 && (
        <ul className="tags">
          {tags.map((tag) => (
            <li key={tag}>
              <bdi>{tag}</bdi>
              <button
                type="button"
                aria-label={words.tagRemove(tag)}
                onClick={() => void actions.change({ tags: tags.filter((one) => one !== tag) })}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <form className="console-line" onSubmit={(event) => void submit(event)}>
        <input
          className="console-field"
          name="tag"
          aria-label={words.tagAdd}
          placeholder={words.tagAdd}
        />
        <button type="submit" className="case-button">
          {words.add}
        </button>
      </form>
    </Part>
  );
}

function Replies({ ready, onInsert }: Pick<ContextProps, "ready" | "onInsert">): ReactNode {
  const words = useConsoleWords();
  if (ready.length === 0) return null;
  return (
    <Part title={words.replies}>
      <ul className="choices">
        {ready.map(({ shortcut, title, text }) => (
          <li key={shortcut}>
            <button type="button" title={text} onClick={() => onInsert(text)}>
              <bdi>{title}</bdi>
              <bdi className="context-shortcut">/{shortcut}</bdi>
            </button>
          </li>
        ))}
      </ul>
    </Part>
  );
}

/** Of those that are known: the queue, and the resolved ones that were asked for. */
function Past({ told }: { told: Case }): ReactNode {
  const words = useConsoleWords();
  const kit = useWords();
  const { cases } = useObserved(useDesk().queue);
  const person = told.visitor?.person;
  const others = [...cases.values()].filter(
    (one) => person && one.visitor?.person === person && one.room !== told.room,
  );
  if (others.length === 0) return null;
  return (
    <Part title={words.past}>
      <ul className="choices">
        {others.map((one) => (
          <li key={one.room}>
            <a
              href={addressOf(one.room)}
              onClick={(event) => {
                event.preventDefault();
                go(one.room);
              }}
            >
              <bdi>{one.about.title || nameOf(one, kit)}</bdi>
              <span className="queue-state" data-state={one.state}>
                {words.states[one.state]}
              </span>
            </a>
          </li>
        ))}
      </ul>
    </Part>
  );
}

const FORMATS: TranscriptFormat[] = ["txt", "html", "json"];

function Transcript({ told }: { told: Case }): ReactNode {
  const words = useConsoleWords();
  const kit = useWords();
  const { calls } = useDesk();
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const download = async (format: TranscriptFormat) => {
    setTrouble(null);
    try {
      const bytes = (await calls.transcript(told.room, format)) as Blob;
      save(bytes, `${told.room.replace(":", "-")}.${format}`);
    } catch (error) {
      setTrouble(asTrouble(error));
    }
  };
  return (
    <Part title={words.transcript}>
      <div className="case-buttons">
        {FORMATS.map((format) => (
          <button
            key={format}
            type="button"
            className="case-button"
            onClick={() => void download(format)}
          >
            <Icon name="save" />
            {words.saveAs(format)}
          </button>
        ))}
      </div>
      {trouble && (
        <p className="console-trouble" role="alert">
          {sentenceFor(trouble, kit)}
        </p>
      )}
    </Part>
  );
}
