// Office hours as a form shows them, by days, and as the server keeps them: minutes of the week.

export const DAY = 24 * 60;
export const WEEK = 7 * DAY;

/** Within a day, in minutes; `to` is at most 24 hours. */
export interface Interval {
  from: number;
  to: number;
}

/** The intervals of each day, Monday first. What goes on over midnight is two. */
export function daysOf(week: readonly (readonly [number, number])[]): Interval[][] {
  const days: Interval[][] = Array.from({ length: 7 }, () => []);
  for (const [from, to] of week) {
    const pieces = to > from ? [[from, to] as const] : [[from, WEEK] as const, [0, to] as const];
    for (const [begin, end] of pieces) {
      for (let day = Math.floor(begin / DAY); day * DAY < end; day += 1) {
        const start = Math.max(begin - day * DAY, 0);
        days[day]?.push({ from: start, to: Math.min(end - day * DAY, DAY) });
      }
    }
  }
  return days;
}

/** Those that end before they begin go on into the next day. */
export function weekOf(days: readonly (readonly Interval[])[]): [number, number][] {
  return days.flatMap((intervals, day) =>
    intervals.map(({ from, to }): [number, number] => {
      const end = day * DAY + to + (to <= from ? DAY : 0);
      return [day * DAY + from, end > WEEK ? end - WEEK : end];
    }),
  );
}

/** `09:30`; the end of a day is `00:00` in a field that knows no 24 o'clock. */
export function timeOf(minutes: number): string {
  const within = minutes % DAY;
  const two = (number: number) => String(number).padStart(2, "0");
  return `${two(Math.floor(within / 60))}:${two(within % 60)}`;
}

/** The minutes of such a text; null where it is none. */
export function minutesOf(time: string): number | null {
  const found = /^([01]\d|2[0-3]):([0-5]\d)/.exec(time);
  return found ? Number(found[1]) * 60 + Number(found[2]) : null;
}
