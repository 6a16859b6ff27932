// Times and dates as the pages show them, in the reader's own time zone.
import type { Lang } from "./words/plural.ts";

const two = (number: number) => String(number).padStart(2, "0");

/** `HH:mm` */
export function clock(at: Date): string {
  return `${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** `DD.MM.YYYY HH:mm` */
export function dateAndClock(at: Date): string {
  return `${two(at.getDate())}.${two(at.getMonth() + 1)}.${at.getFullYear()} ${clock(at)}`;
}

/** The day as a number that grows by one each day, to compare days. */
export function dayOf(at: Date): number {
  return Math.round(new Date(at.getFullYear(), at.getMonth(), at.getDate(), 12).getTime() / DAY);
}

const DAY = 24 * 3600 * 1000;

/** "Today", "Yesterday", "12 March", with the year when it is not this one. */
export function dayName(
  at: Date,
  now: Date,
  lang: Lang,
  words: { today: string; yesterday: string },
): string {
  const ago = dayOf(now) - dayOf(at);
  if (ago === 0) return words.today;
  if (ago === 1) return words.yesterday;
  const sameYear = at.getFullYear() === now.getFullYear();
  return new Intl.DateTimeFormat(lang === "ru" ? "ru-RU" : "en-GB", {
    day: "numeric",
    month: "long",
    ...(sameYear ? {} : { year: "numeric" }),
  }).format(at);
}
