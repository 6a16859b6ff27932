// A map with one place on it. Loaded with the first one that comes into view.
import {
  Browser,
  type Circle,
  type CircleMarker,
  circle,
  circleMarker,
  type LatLngTuple,
  type Map as LeafletMap,
  map,
  tileLayer,
} from "leaflet";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Icon } from "../icons.tsx";
import { linkify } from "../linkify.ts";
import type { LocationPosition } from "./place.ts";
import { useLocationWords } from "./words.ts";

/** How near the map is at first, and at most. */
const ZOOM = 15;
const NEAREST = 19;
/** How big the point is, in pixels. */
const POINT = 8;

export interface LocationMapProps {
  position: LocationPosition;
  /** A pattern of addresses with `{z}`, `{x}` and `{y}`. */
  url: string;
  credit: string;
}

interface Drawn {
  map: LeafletMap;
  point: CircleMarker;
  /** Somewhere in it they are. */
  around: Circle;
}

export function LocationMap({ position, url, credit }: LocationMapProps): ReactNode {
  const words = useLocationWords();
  const place = useRef<HTMLDivElement>(null);
  const first = useRef<LatLngTuple>([position.latitude, position.longitude]);
  const [drawn, setDrawn] = useState<Drawn | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    if (!place.current) return;
    const made = draw(place.current, url, first.current, setFailed);
    setDrawn(made);
    return () => {
      setDrawn(null);
      made.map.remove();
    };
  }, [url]);
  const { latitude, longitude, accuracy } = position;
  useEffect(() => {
    if (!drawn) return;
    const at: LatLngTuple = [latitude, longitude];
    drawn.point.setLatLng(at);
    drawn.around.setLatLng(at).setRadius(accuracy ?? 0);
    // Whoever looks around on the map is not pulled back, until the point leaves what they see.
    if (!drawn.map.getBounds().contains(at)) drawn.map.panTo(at, { animate: false });
  }, [drawn, latitude, longitude, accuracy]);
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: its keys move the map */}
      <div ref={place} className="bs-map" role="group" aria-label={words.map} tabIndex={0} />
      <div className="bs-map-ways">
        <button
          type="button"
          className="bs-map-way"
          aria-label={words.zoomIn}
          onClick={() => drawn?.map.zoomIn()}
        >
          <Icon name="plus" />
        </button>
        <button
          type="button"
          className="bs-map-way"
          aria-label={words.zoomOut}
          onClick={() => drawn?.map.zoomOut()}
        >
          <Icon name="minus" />
        </button>
      </div>
      {credit && (
        <small className="bs-map-credit">
          <Credit text={credit} />
        </small>
      )}
      {failed && (
        <p className="bs-location-note" role="status">
          {words.mapFailed}
        </p>
      )}
    </>
  );
}

/** A finger that draws over the map scrolls the page, as a wheel does. */
function draw(
  element: HTMLElement,
  url: string,
  center: LatLngTuple,
  setFailed: (failed: boolean) => void,
): Drawn {
  const made = map(element, {
    center,
    zoom: ZOOM,
    dragging: !Browser.mobile,
    scrollWheelZoom: false,
    zoomAnimation: false,
    fadeAnimation: false,
    zoomControl: false,
    attributionControl: false,
  });
  const tiles = tileLayer(url, { maxZoom: NEAREST });
  let some = false;
  tiles.on("tileload", () => {
    some = true;
    setFailed(false);
  });
  tiles.on("tileerror", () => setFailed(!some));
  const around = circle(center, { radius: 0, className: "bs-map-around", interactive: false });
  const point = circleMarker(center, { radius: POINT, className: "bs-map-point" });
  made.addLayer(around).addLayer(point).addLayer(tiles);
  return { map: made, point, around };
}

/** Owners of maps want to be named, and most of them a link. */
function Credit({ text }: { text: string }): ReactNode {
  return linkify(text).map(({ text: piece, href }, index) =>
    href ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text have no other name
      <a key={index} href={href} target="_blank" rel="noopener noreferrer">
        {piece}
      </a>
    ) : (
      piece
    ),
  );
}
