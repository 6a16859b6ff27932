// How long one waits: for an answer, and before the next try.
import type { Platform } from "./platform.ts";
import { noAnswer } from "./trouble.ts";

/** The first try after a loss comes after this many milliseconds. */
export const FIRST_RETRY = 3_000;
const LONGEST_RETRY = 30_000;
/** No answer within this time counts as no network, in milliseconds. */
export const PATIENCE = 10_000;

/** The wait before the next try, after so many that failed. */
export function backoff(platform: Platform, tries: number): number {
  const longest = Math.min(LONGEST_RETRY, FIRST_RETRY * 2 ** tries);
  const spread = Math.max(longest - FIRST_RETRY, FIRST_RETRY / 10);
  return FIRST_RETRY + platform.random() * spread;
}

/** What `work` comes to, or trouble with the network when that takes too long. */
export function inTime<T>(platform: Platform, work: Promise<T>, patience = PATIENCE): Promise<T> {
  return new Promise((done, fail) => {
    const callOff = platform.later(patience, () => fail(noAnswer()));
    work.then(done, fail).finally(callOff);
  });
}

/** The wait in a restarting server's close reason, `retry_ms=<n>`; at most a minute. */
export function retryHint(reason: string): number | null {
  const told = /retry_ms=(\d{1,9})/.exec(reason)?.[1];
  return told ? Math.min(Number(told), 60_000) : null;
}
