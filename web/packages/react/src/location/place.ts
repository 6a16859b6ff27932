// Where somebody is: distances, ages and addresses of maps, in numbers and in words.
import type { Lang } from "../words/plural.ts";

export interface Place {
  /** Degrees north. */
  latitude: number;
  /** Degrees east. */
  longitude: number;
}

/** A place that somebody was at. */
export interface LocationPosition extends Place {
  /** By so many metres it may be wrong. */
  accuracy?: number | null;
  /** When, as ISO 8601. */
  at: string;
}

/** Why there is no position, or no newer one. */
export type LocationTrouble = "denied" | "unavailable" | "unsupported" | "lost" | "refused";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long somebody may share where they are, in milliseconds. */
export const DURATIONS: readonly number[] = [15 * MINUTE, HOUR, 8 * HOUR];

/** Whoever has told nothing for so long, in milliseconds, is lost until they do. */
const SILENCE = 2 * MINUTE;
/** What is younger is told without a number, in milliseconds. */
const NOW = 15_000;
/** The earth's mean radius, in metres. */
const EARTH = 6_371_009;
/** How near the map is that a link opens: streets have their names there. */
const NEAR = 16;

export function isPlace({ latitude, longitude }: Place): boolean {
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
}

/** Along the surface of the earth, in metres. */
export function distanceBetween(one: Place, other: Place): number {
  const rad = (degrees: number) => (degrees * Math.PI) / 180;
  const north = Math.sin(rad(other.latitude - one.latitude) / 2);
  const east = Math.sin(rad(other.longitude - one.longitude) / 2);
  const across = Math.cos(rad(one.latitude)) * Math.cos(rad(other.latitude));
  return 2 * EARTH * Math.asin(Math.min(1, Math.sqrt(north ** 2 + across * east ** 2)));
}

/** "850 m", "1.2 km". */
export function lengthText(metres: number, lang: Lang): string {
  const isFar = metres >= 995;
  const shown = isFar ? metres / 1000 : metres < 100 ? metres : Math.round(metres / 10) * 10;
  return new Intl.NumberFormat(lang, {
    style: "unit",
    unit: isFar ? "kilometer" : "meter",
    maximumFractionDigits: isFar && shown < 100 ? 1 : 0,
  }).format(shown);
}

/** "15 minutes", "8 hours". */
export function durationText(milliseconds: number, lang: Lang): string {
  const isHours = milliseconds >= HOUR;
  return new Intl.NumberFormat(lang, {
    style: "unit",
    unit: isHours ? "hour" : "minute",
    unitDisplay: "long",
  }).format(milliseconds / (isHours ? HOUR : MINUTE));
}

/** "2 min. ago"; null where it is as good as now. Clocks differ: what is yet to come is now. */
export function ageText(age: number, lang: Lang): string | null {
  if (age < NOW) return null;
  const [size, unit] = UNITS.find(([least]) => age >= least) ?? LEAST;
  const format = new Intl.RelativeTimeFormat(lang, { style: "short" });
  return format.format(-Math.floor(age / size), unit);
}

const LEAST = [1000, "second"] as const;
const UNITS = [[DAY, "day"], [HOUR, "hour"], [MINUTE, "minute"], LEAST] as const;

export function coordinatesText({ latitude, longitude }: Place): string {
  return `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
}

/** The place on a public map, to be opened by whoever wants to. */
export function mapAddress({ latitude, longitude }: Place): string {
  const [lat, lon] = [latitude.toFixed(6), longitude.toFixed(6)];
  return `https://www.openstreetmap.org/?mlat=${lat}&mlon=${lon}#map=${NEAR}/${lat}/${lon}`;
}

/** Whether pictures of a map may be fetched from `url`, a pattern with `{z}`, `{x}` and `{y}`, on a page at `base`. */
export function isTileUrl(url: string, base: string): boolean {
  if (!["{z}", "{x}", "{y}"].every((part) => url.includes(part))) return false;
  try {
    return /^https?:$/.test(new URL(url, base).protocol);
  } catch {
    return false;
  }
}

/** How far a sharing has come. */
export type LocationState = "once" | "live" | "lost" | "ended";

export interface Sharing {
  position: LocationPosition | null;
  /** When it began and when it ends, as ISO 8601; without an end it was told once. */
  since: string;
  until: string | null;
  /** False once it was stopped. */
  isLive: boolean;
}

export function stateOf({ position, since, until, isLive }: Sharing, now: number): LocationState {
  if (until === null && !isLive) return "once";
  if (!isLive || (until !== null && now >= Date.parse(until))) return "ended";
  return now - Date.parse(position?.at ?? since) > SILENCE ? "lost" : "live";
}
