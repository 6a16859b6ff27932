// How long somebody has been waiting, in words, and whether that is long.
import { useEffect, useState } from "react";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Whoever waits longer than this waits long; longer than the other, too long. In milliseconds. */
const LONG = 5 * MINUTE;
const TOO_LONG = 30 * MINUTE;
/** Times are told anew this often, in milliseconds. */
const TICK = 20_000;

export interface Units {
  now: string;
  minutes: string;
  hours: string;
  days: string;
}

/** `5 min`, `2 h`, `3 d`: as exactly as one wants to know. */
export function span(ms: number, units: Units): string {
  if (ms < MINUTE) return units.now;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} ${units.minutes}`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} ${units.hours}`;
  return `${Math.floor(ms / DAY)} ${units.days}`;
}

export function ageOf(ms: number): "fresh" | "long" | "late" {
  return ms < LONG ? "fresh" : ms < TOO_LONG ? "long" : "late";
}

/** The time, told anew now and then. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK);
    return () => clearInterval(timer);
  }, []);
  return now;
}
