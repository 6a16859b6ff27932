// When somebody is at the desk, and what is said to who comes otherwise.
import { asTrouble, type Trouble } from "@beseda/client";
import type { Hours } from "@beseda/client/desk";
import { Icon, sentenceFor, useWords } from "@beseda/react";
import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import { Dialog } from "./Dialog.tsx";
import { useDesk } from "./desk.ts";
import { daysOf, type Interval, minutesOf, timeOf, weekOf } from "./week.ts";
import { useConsoleWords } from "./words.ts";

/** What a new interval begins with: from nine to six. */
const USUAL: Interval = { from: 9 * 60, to: 18 * 60 };

export function HoursDialog({ onEnd }: { onEnd: () => void }): ReactNode {
  const words = useConsoleWords();
  const kit = useWords();
  const { calls } = useDesk();
  const [hours, setHours] = useState<Hours | null>(null);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [tries, setTries] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: every further try asks again
  useEffect(() => {
    setTrouble(null);
    calls.hours().then(setHours, (error) => setTrouble(asTrouble(error)));
  }, [calls, tries]);
  return (
    <Dialog title={words.hours} onEnd={onEnd}>
      {trouble && (
        <p className="console-trouble" role="alert">
          <span>{sentenceFor(trouble, kit)}</span>
          <button type="button" className="bs-link" onClick={() => setTries(tries + 1)}>
            {kit.retry}
          </button>
        </p>
      )}
      {hours && <HoursForm hours={hours} onSaved={setHours} />}
    </Dialog>
  );
}

interface HoursFormProps {
  hours: Hours;
  onSaved: (hours: Hours) => void;
}

function HoursForm({ hours, onSaved }: HoursFormProps): ReactNode {
  const words = useConsoleWords();
  const kit = useWords();
  const { calls } = useDesk();
  const [days, setDays] = useState(() => daysOf(hours.week));
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [isSaved, setSaved] = useState(false);
  const put = (day: number, intervals: Interval[]) => {
    setSaved(false);
    setDays(days.map((before, index) => (index === day ? intervals : before)));
  };
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const filled = new FormData(event.currentTarget);
    const zone = String(filled.get("zone")).trim();
    setTrouble(null);
    try {
      onSaved(
        await calls.setHours({ zone, week: weekOf(days), words: String(filled.get("words")) }),
      );
      setSaved(true);
    } catch (error) {
      setTrouble(asTrouble(error));
    }
  };
  const why = (told: Trouble) => {
    if (told.code === "not_allowed") return words.hoursRefused;
    return told.kind === "invalid" ? words.hoursZoneWrong : sentenceFor(told, kit);
  };
  return (
    <form className="console-form" onSubmit={(event) => void submit(event)}>
      <p className="console-hint">{hours.open ? words.hoursOpen : words.hoursShut}</p>
      <label>
        <span>{words.hoursZone}</span>
        <input name="zone" list="zones" defaultValue={hours.zone} maxLength={64} required />
        <Zones />
      </label>
      {days.map((intervals, day) => (
        <Day
          // biome-ignore lint/suspicious/noArrayIndexKey: a week has seven days, always in this order
          key={day}
          name={words.hoursDays[day] ?? ""}
          intervals={intervals}
          onChange={(next) => put(day, next)}
        />
      ))}
      <label>
        <span>{words.hoursWords}</span>
        <textarea name="words" rows={2} defaultValue={hours.words} />
      </label>
      <p className="console-trouble" role="alert">
        {trouble && why(trouble)}
      </p>
      <div className="bs-confirm-buttons">
        <span role="status">{isSaved && words.saved}</span>
        <button type="submit" className="bs-button">
          {kit.save}
        </button>
      </div>
    </form>
  );
}

/** The zones that this browser knows. */
function Zones(): ReactNode {
  return (
    <datalist id="zones">
      {Intl.supportedValuesOf("timeZone").map((zone) => (
        <option key={zone} value={zone} />
      ))}
    </datalist>
  );
}

interface DayProps {
  name: string;
  intervals: readonly Interval[];
  onChange: (intervals: Interval[]) => void;
}

function Day({ name, intervals, onChange }: DayProps): ReactNode {
  const words = useConsoleWords();
  const put = (at: number, change: Partial<Interval>) =>
    onChange(intervals.map((one, index) => (index === at ? { ...one, ...change } : one)));
  return (
    <fieldset className="day">
      <legend>{name}</legend>
      {intervals.length === 0 && <span className="console-hint">{words.closed}</span>}
      {intervals.map(({ from, to }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an interval is its place in the day
        <div key={at} className="day-line">
          <Time
            name={words.hoursFrom}
            minutes={from}
            onChange={(next) => put(at, { from: next })}
          />
          <Time name={words.hoursTo} minutes={to} onChange={(next) => put(at, { to: next })} />
          <button
            type="button"
            className="bs-quiet"
            aria-label={words.hoursLess(name)}
            onClick={() => onChange(intervals.filter((_, index) => index !== at))}
          >
            <Icon name="minus" />
          </button>
        </div>
      ))}
      <button
        type="button"
        className="bs-quiet day-more"
        aria-label={words.hoursMore(name)}
        onClick={() => onChange([...intervals, USUAL])}
      >
        <Icon name="plus" />
      </button>
    </fieldset>
  );
}

interface TimeProps {
  name: string;
  minutes: number;
  onChange: (minutes: number) => void;
}

function Time({ name, minutes, onChange }: TimeProps): ReactNode {
  return (
    <label>
      <span>{name}</span>
      <input
        type="time"
        value={timeOf(minutes)}
        required
        onChange={({ target }) => {
          const told = minutesOf(target.value);
          if (told !== null) onChange(told);
        }}
      />
    </label>
  );
}
