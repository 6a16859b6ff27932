// Where somebody is, or was: in words always, on a map where the page has one.
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { Icon } from "../icons.tsx";
import { clock } from "../time.ts";
import { useFetched } from "../useFetched.ts";
import { useLang } from "../words/index.ts";
import {
  ageText,
  coordinatesText,
  distanceBetween,
  isPlace,
  isTileUrl,
  type LocationPosition,
  type LocationState,
  type LocationTrouble,
  lengthText,
  mapAddress,
  type Place,
  type Sharing,
  stateOf,
} from "./place.ts";
import { type LocationWords, useLocationWords } from "./words.ts";

/** Ages are told anew this often, in milliseconds. */
const TICK = 10_000;
/** A map is fetched this far before it comes into view. */
const NEAR = "400px";

export interface LocationCardProps extends Sharing {
  /** Whose place it is. */
  name: string;
  isMine: boolean;
  /** Ends the sharing; only one's own has the button. */
  onStop?: () => void;
  /** Where the reader is, if that is known: then the distance is told. */
  from?: Place | null;
  /** Why there is no position, or no newer one. */
  trouble?: LocationTrouble | null;
  /** Where pictures of a map are: `https://tiles.example/{z}/{x}/{y}.png`. Without it there is no map. */
  mapUrl?: string;
  /** Who has made them, as their owners want it said. */
  mapCredit?: string;
}

export function LocationCard(props: LocationCardProps): ReactNode {
  const { name, isMine, onStop, from, trouble, mapUrl, mapCredit } = props;
  const words = useLocationWords();
  const now = useNow();
  const nameId = useId();
  const state = stateOf(props, now);
  const position = props.position && isPlace(props.position) ? props.position : null;
  const isOn = state === "live" || state === "lost";
  const said = sentence(state, trouble ?? null, position, words);
  return (
    <figure className="bs-location" data-state={trouble ? "lost" : state} aria-labelledby={nameId}>
      {position && mapUrl && isTileUrl(mapUrl, location.href) && (
        <LazyMap position={position} url={mapUrl} credit={mapCredit ?? ""} />
      )}
      <div className="bs-location-words">
        <p id={nameId} className="bs-location-name">
          <Icon name="place" />
          <bdi>{name}</bdi>
        </p>
        {(!trouble || trouble === "lost") && (
          <p className="bs-location-state">
            {isOn && <i className="bs-dot" />}
            {headline(state, props, words)}
          </p>
        )}
        {position && <Facts position={position} from={isMine ? null : from} now={now} />}
        <p className="bs-location-trouble" role="status">
          {said}
        </p>
      </div>
      <div className="bs-location-ways">
        {position && (
          <a
            className="bs-location-way"
            href={mapAddress(position)}
            target="_blank"
            rel="noopener noreferrer nofollow"
          >
            {words.openMap}
          </a>
        )}
        {isOn && isMine && onStop && (
          <button type="button" className="bs-location-way" data-kind="stop" onClick={onStop}>
            {words.stop}
          </button>
        )}
      </div>
    </figure>
  );
}

/** The time, told anew every few seconds. */
function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK);
    return () => clearInterval(timer);
  }, []);
  return now;
}

function headline(state: LocationState, { since, until }: Sharing, words: LocationWords): string {
  if (state === "once") return words.locationAt(clock(new Date(since)));
  if (state === "ended") return words.liveEnded;
  return until === null ? words.live : words.liveUntil(clock(new Date(until)));
}

/** What is to be said besides; nothing where all is well. */
function sentence(
  state: LocationState,
  trouble: LocationTrouble | null,
  position: LocationPosition | null,
  words: LocationWords,
): string {
  if (trouble) return words.locationTroubles[trouble];
  if (state === "lost") return words.locationTroubles.lost;
  return state === "live" && !position ? words.waitingPosition : "";
}

interface FactsProps {
  position: LocationPosition;
  from: Place | null | undefined;
  now: number;
}

function Facts({ position, from, now }: FactsProps): ReactNode {
  const words = useLocationWords();
  const lang = useLang();
  const age = ageText(now - Date.parse(position.at), lang) ?? words.justNow;
  const { accuracy } = position;
  return (
    <>
      <p className="bs-location-fact">
        <bdi dir="ltr">
          {coordinatesText(position)}
          {accuracy ? ` ± ${lengthText(accuracy, lang)}` : ""}
        </bdi>
      </p>
      <p className="bs-location-fact">
        <time dateTime={position.at}>{words.updated(age)}</time>
        {from && isPlace(from)
          ? ` · ${words.awayFromYou(lengthText(distanceBetween(from, position), lang))}`
          : ""}
      </p>
    </>
  );
}

interface MapProps {
  position: LocationPosition;
  url: string;
  credit: string;
}

/** Has its size before it comes, and comes when it is nearly in sight. */
function LazyMap(props: MapProps): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const [near, setNear] = useState(false);
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && setNear(true), {
      rootMargin: NEAR,
    });
    if (place.current) observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={place} className="bs-location-map">
      {near && <FetchedMap {...props} />}
    </div>
  );
}

const fetchMap = () => import("./LocationMap.tsx");

function FetchedMap(props: MapProps): ReactNode {
  const words = useLocationWords();
  const { value: module, failed, again } = useFetched(fetchMap);
  if (module) return <module.LocationMap {...props} />;
  if (!failed) return null;
  return (
    <p className="bs-location-note" role="status">
      {words.mapFailed}{" "}
      <button type="button" className="bs-link" onClick={again}>
        {words.retry}
      </button>
    </p>
  );
}
