// Asks the browser where it is. It asks its owner in turn, so nobody asks before they have pressed a button.
import type { LocationPosition, LocationTrouble } from "./place.ts";

/** So long a browser may look for itself, and so old its answer may be: milliseconds. */
const HOW: PositionOptions = { enableHighAccuracy: true, timeout: 20_000, maximumAge: 15_000 };

/** The part of the browser that knows. */
export type Locator = Pick<Geolocation, "getCurrentPosition" | "watchPosition" | "clearWatch">;

/** What the page can ask; null where browsers tell nothing, on pages without https above all. */
export function locatorHere(): Locator | null {
  return isSecureContext && "geolocation" in navigator ? navigator.geolocation : null;
}

/** Where the browser is now; fails with a `LocationTrouble`. */
export function askPosition(locator: Locator | null): Promise<LocationPosition> {
  return new Promise((tell, fail) => {
    if (!locator) fail("unsupported" satisfies LocationTrouble);
    locator?.getCurrentPosition(
      (told) => tell(positionOf(told)),
      (error) => fail(troubleOf(error)),
      HOW,
    );
  });
}

/** Tells where the browser is whenever it has moved, until the returned function is called. */
export function watchPosition(
  locator: Locator | null,
  moved: (position: LocationPosition) => void,
  failed: (trouble: LocationTrouble) => void,
): () => void {
  if (!locator) {
    failed("unsupported");
    return () => undefined;
  }
  const watch = locator.watchPosition(
    (told) => moved(positionOf(told)),
    (error) => failed(troubleOf(error)),
    HOW,
  );
  return () => locator.clearWatch(watch);
}

function positionOf({ coords, timestamp }: GeolocationPosition): LocationPosition {
  const { latitude, longitude, accuracy } = coords;
  return { latitude, longitude, accuracy, at: new Date(timestamp).toISOString() };
}

function troubleOf({ code }: GeolocationPositionError): LocationTrouble {
  return code === 1 ? "denied" : "unavailable";
}
