// The form of who is not known yet: who they are, as far as the host asks, and their first message.
import { asTrouble } from "@beseda/client";
import { isBlank } from "@beseda/react/said";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { isTouch, useAround, useLang, useWords } from "./context.ts";
import { type Hours, type Introduction, Mistakes, openingName, openRoom } from "./desk.ts";
import type { Words } from "./words/ru.ts";

type Field = keyof Introduction | "consent";
type Wrong = Partial<Record<Field, string>>;

/** An introduction and the name under which it is tried: the same one is the same opening. */
interface Attempt {
  said: string;
  client_id: string;
}

export function Opening({ hours }: { hours: Hours | null }): JSX.Element {
  const { place } = useAround();
  const words = useWords();
  const form = useRef<HTMLFormElement>(null);
  const { said, change, agreed, agree, wrong, trouble, isBusy, submit } = useOpening();
  const { name, email, consent } = place.wishes;
  useFirstFocus(form);
  const field = (id: keyof Introduction) => ({
    id,
    name: id,
    dir: "auto" as const,
    value: said[id],
    "aria-invalid": wrong[id] !== undefined,
    "aria-describedby": wrong[id] ? `${id}-wrong` : undefined,
    onInput: (event: { currentTarget: { value: string } }) => change(id, event.currentTarget.value),
  });
  return (
    <form
      ref={form}
      class="opening"
      noValidate
      onSubmit={(event) => void submit(event, form.current)}
    >
      <Introductory hours={hours} />
      {name !== "off" && (
        <Labelled id="name" label={words.name} isOptional={name === "optional"} wrong={wrong.name}>
          <input {...field("name")} autocomplete="name" />
        </Labelled>
      )}
      {email !== "off" && (
        <Labelled
          id="email"
          label={words.email}
          isOptional={email === "optional"}
          wrong={wrong.email}
        >
          <input {...field("email")} type="email" inputMode="email" autocomplete="email" />
        </Labelled>
      )}
      <Labelled id="text" label={words.question} isOptional={false} wrong={wrong.text}>
        <textarea {...field("text")} rows={4} placeholder={words.placeholder} />
      </Labelled>
      {consent && <Consent isAgreed={agreed} onAgree={agree} wrong={wrong.consent} />}
      <p class="form-trouble" role="alert">
        {trouble}
      </p>
      <button type="submit" class="primary" aria-disabled={isBusy}>
        {isBusy ? words.sendingNow : words.start}
      </button>
    </form>
  );
}

function Introductory({ hours }: { hours: Hours | null }): JSX.Element {
  const words = useWords();
  if (hours?.open === false) {
    return (
      <div class="away" role="status">
        <strong dir="auto">{hours.words || words.away}</strong>
        <p>{words.leave}</p>
      </div>
    );
  }
  return <p class="intro">{words.intro}</p>;
}

interface LabelledProps {
  id: string;
  label: string;
  isOptional: boolean;
  wrong: string | undefined;
  children: ComponentChildren;
}

function Labelled({ id, label, isOptional, wrong, children }: LabelledProps): JSX.Element {
  const words = useWords();
  return (
    <div class="labelled">
      <label for={id}>
        {label}
        {isOptional && <span class="optional"> · {words.optional}</span>}
      </label>
      {children}
      <Mistake id={id} wrong={wrong} />
    </div>
  );
}

function Mistake({ id, wrong }: { id: string; wrong: string | undefined }): JSX.Element | null {
  if (!wrong) return null;
  return (
    <p class="wrong" id={`${id}-wrong`}>
      {wrong}
    </p>
  );
}

interface ConsentProps {
  isAgreed: boolean;
  onAgree: (is: boolean) => void;
  wrong: string | undefined;
}

/** What stands in brackets leads to where it can be read. */
function Consent({ isAgreed, onAgree, wrong }: ConsentProps): JSX.Element {
  const { consent, consentUrl } = useAround().place.wishes;
  const [, before = consent, linked = "", after = ""] = /^(.*?)\[(.+?)\](.*)$/s.exec(consent) ?? [];
  return (
    <div class="labelled">
      <label class="consent">
        <input
          id="consent"
          type="checkbox"
          checked={isAgreed}
          aria-invalid={wrong !== undefined}
          aria-describedby={wrong ? "consent-wrong" : undefined}
          onChange={(event) => onAgree(event.currentTarget.checked)}
        />
        <span dir="auto">
          {before}
          {linked && consentUrl ? (
            <a href={consentUrl} target="_blank" rel="noopener noreferrer">
              {linked}
            </a>
          ) : (
            linked
          )}
          {after}
        </span>
      </label>
      <Mistake id="consent" wrong={wrong} />
    </div>
  );
}

/** Whoever has opened it by themselves begins to write; on a phone the keyboard waits to be asked for. */
function useFirstFocus(form: { current: HTMLFormElement | null }): void {
  const { takesFocus, isShown } = useAround().place.shown;
  useEffect(() => {
    if (!takesFocus || !isShown) return;
    const fields = [...(form.current?.querySelectorAll<HTMLElement>("input, textarea") ?? [])];
    const empty = fields.find((one) => "value" in one && one.value === "");
    if (isTouch()) document.querySelector("h1")?.focus();
    else (empty ?? fields.at(-1))?.focus();
  }, [form, takesFocus, isShown]);
}

function useOpening() {
  const { host, place, server } = useAround();
  const words = useWords();
  const lang = useLang();
  const [wrong, setWrong] = useState<Wrong>({});
  const [trouble, setTrouble] = useState("");
  const [agreed, agree] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const attempt = useRef<Attempt | null>(null);
  const { drafts, wishes, who, context } = place;
  const said: Introduction = {
    name: drafts[":name"] ?? "",
    email: drafts[":email"] ?? "",
    text: drafts[":text"] ?? "",
  };

  const submit = async (event: Event, form: HTMLFormElement | null) => {
    event.preventDefault();
    if (isBusy) return;
    const found = mistakesIn(said, agreed, wishes, words);
    setWrong(found);
    setTrouble("");
    const [first] = Object.keys(found);
    if (first) return focusOn(form, first);
    setBusy(true);
    try {
      const introduction = { ...said, name: said.name.trim() || words.guest };
      const client_id = nameOf(attempt, JSON.stringify(introduction));
      const visitor = who.by === "visitor" ? who.token : null;
      const opened = await openRoom(server, { introduction, context, lang, visitor, client_id });
      attempt.current = null;
      host.draft(":text", "");
      host.visits(opened.visitor);
    } catch (error) {
      const fields = error instanceof Mistakes ? wrongOf(error) : {};
      setWrong(fields);
      const [field] = Object.keys(fields);
      if (field) focusOn(form, field);
      else setTrouble(sentenceOf(error, words));
    }
    setBusy(false);
  };

  const change = (name: keyof Introduction, text: string) => {
    host.draft(`:${name}`, text);
    setWrong(({ [name]: _, ...others }) => others);
  };
  return { said, change, agreed, agree, wrong, trouble, isBusy, submit };
}

function nameOf(attempt: { current: Attempt | null }, said: string): string {
  if (attempt.current?.said !== said) attempt.current = { said, client_id: openingName() };
  return attempt.current.client_id;
}

function focusOn(form: HTMLFormElement | null, field: string): void {
  form?.querySelector<HTMLElement>(`#${field}`)?.focus();
}

function mistakesIn(
  said: Introduction,
  agreed: boolean,
  { name, email, consent }: { name: string; email: string; consent: string },
  words: Words,
): Wrong {
  const found: Wrong = {};
  if (name === "required" && isBlank(said.name)) found.name = words.needed;
  if (email === "required" && isBlank(said.email)) found.email = words.needed;
  if (isBlank(said.text)) found.text = words.needed;
  if (consent && !agreed) found.consent = words.needsConsent;
  return found;
}

function wrongOf({ fields }: Mistakes): Wrong {
  const known = (["name", "email", "text"] as const).filter((field) => fields[field]?.[0]);
  return Object.fromEntries(known.map((field) => [field, fields[field]?.[0] ?? ""]));
}

function sentenceOf(error: unknown, words: Words): string {
  if (error instanceof Mistakes)
    return Object.values(error.fields).flat()[0] ?? words.troubleServer;
  const { kind } = asTrouble(error);
  if (kind === "network") return words.troubleNetwork;
  return kind === "throttled" ? words.troubleThrottled : words.troubleServer;
}
