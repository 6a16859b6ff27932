// Where somebody is: distances and ages in words, how far a sharing has come, and what the browser says.
import { describe, expect, test, vi } from "vitest";
import { askPosition, type Locator, watchPosition } from "../src/location/locate.ts";
import {
  ageText,
  DURATIONS,
  distanceBetween,
  durationText,
  isPlace,
  isTileUrl,
  lengthText,
  mapAddress,
  type Sharing,
  stateOf,
} from "../src/location/place.ts";

const moscow = { latitude: 55.7558, longitude: 37.6173 };
const petersburg = { latitude: 59.9386, longitude: 30.3141 };
/** A narrow space that does not break a line stands between a number and its unit. */
const spaced = (text: string | null) => text?.replace(/[\u00A0\u202F]/g, " ");

test("distances", () => {
  expect(distanceBetween(moscow, moscow)).toBe(0);
  expect(distanceBetween(moscow, petersburg) / 1000).toBeCloseTo(634, 0);
  // Over the line of the date, and to the other side of the earth.
  const east = { latitude: 0, longitude: 179.99 };
  const west = { latitude: 0, longitude: -179.99 };
  expect(distanceBetween(east, west)).toBeCloseTo(2224, 0);
  expect(
    distanceBetween({ latitude: 0, longitude: 0 }, { latitude: 0, longitude: 180 }),
  ).toBeCloseTo(Math.PI * 6_371_009);
});

test.each([
  [0, "0 м"],
  [12.4, "12 м"],
  [849, "850 м"],
  [994, "990 м"],
  [995, "1 км"],
  [1234, "1,2 км"],
  [99_940, "99,9 км"],
  [634_400, "634 км"],
])("%d metres are %s", (metres, text) => expect(spaced(lengthText(metres, "ru"))).toBe(text));

test("durations in words", () => {
  expect(DURATIONS.map((one) => spaced(durationText(one, "ru")))).toEqual([
    "15 минут",
    "1 час",
    "8 часов",
  ]);
  expect(DURATIONS.map((one) => durationText(one, "en"))).toEqual([
    "15 minutes",
    "1 hour",
    "8 hours",
  ]);
});

test.each([
  [-60_000, null],
  [14_999, null],
  [15_000, "15 sec. ago"],
  [60_000, "1 min. ago"],
  [3_599_000, "59 min. ago"],
  [3_600_000, "1 hr. ago"],
  [49 * 3_600_000, "2 days ago"],
])("what is %d ms old", (age, text) => expect(ageText(age, "en")).toBe(text));

test("a place is on the earth", () => {
  for (const [latitude, longitude] of [
    [91, 0],
    [0, 181],
    [Number.NaN, 0],
  ] as const) {
    expect(isPlace({ latitude, longitude })).toBe(false);
  }
  expect(isPlace({ latitude: -90, longitude: 180 })).toBe(true);
});

test("the address of a map", () => {
  expect(mapAddress({ latitude: -0.0000001, longitude: 37.6173 })).toBe(
    "https://www.openstreetmap.org/?mlat=-0.000000&mlon=37.617300#map=16/-0.000000/37.617300",
  );
});

test.each([
  ["https://tiles.example/{z}/{x}/{y}.png", true],
  ["/tiles/{z}/{x}/{y}.png", true],
  ["https://tiles.example/map.png", false],
  ["javascript:alert('{z}{x}{y}')", false],
  ["data:image/png,{z}{x}{y}", false],
  ["https://[{z}{x}{y}", false],
])("%s: a pattern of pictures of a map is %s", (url, is) => {
  expect(isTileUrl(url, "https://chat.example/chat")).toBe(is);
});

describe("a sharing", () => {
  const at = Date.parse("2026-03-05T12:00:00Z");
  const sharing: Sharing = {
    position: { ...moscow, at: "2026-03-05T12:00:00Z" },
    since: "2026-03-05T11:50:00Z",
    until: "2026-03-05T12:30:00Z",
    isLive: true,
  };
  const minutes = (count: number) => at + count * 60_000;

  test("is live until it ends, was stopped, or falls silent", () => {
    expect(stateOf(sharing, at)).toBe("live");
    expect(stateOf(sharing, minutes(2))).toBe("live");
    expect(stateOf(sharing, minutes(2) + 1)).toBe("lost");
    expect(stateOf(sharing, minutes(30))).toBe("ended");
    expect(stateOf({ ...sharing, isLive: false }, at)).toBe("ended");
    expect(stateOf({ ...sharing, until: null }, minutes(1))).toBe("live");
  });

  test("that has told no place yet falls silent too", () => {
    expect(stateOf({ ...sharing, position: null }, minutes(-9))).toBe("live");
    expect(stateOf({ ...sharing, position: null }, at)).toBe("lost");
  });

  test("without an end that is not live was told once", () => {
    expect(stateOf({ ...sharing, until: null, isLive: false }, minutes(999))).toBe("once");
  });
});

describe("the browser", () => {
  const told = {
    coords: { ...moscow, accuracy: 12 },
    timestamp: Date.parse("2026-03-05T12:00:00Z"),
  } as GeolocationPosition;
  const position = { ...moscow, accuracy: 12, at: "2026-03-05T12:00:00.000Z" };
  const errorOf = (code: number) => ({ code }) as GeolocationPositionError;
  const locatorOf = (change: Partial<Locator>): Locator => ({
    getCurrentPosition: (tell) => tell(told),
    watchPosition: () => 7,
    clearWatch: () => undefined,
    ...change,
  });

  test("says where it is", async () => {
    expect(await askPosition(locatorOf({}))).toEqual(position);
  });

  test.each([
    [1, "denied"],
    [2, "unavailable"],
    [3, "unavailable"],
  ])("says why not: %d is %s", async (code, trouble) => {
    const locator = locatorOf({ getCurrentPosition: (_, fail) => fail?.(errorOf(code)) });
    await expect(askPosition(locator)).rejects.toBe(trouble);
  });

  test("cannot be asked", async () => {
    await expect(askPosition(null)).rejects.toBe("unsupported");
    const failed = vi.fn();
    watchPosition(null, vi.fn(), failed)();
    expect(failed).toHaveBeenCalledWith("unsupported");
  });

  test("tells where it goes, until it is told to stop", () => {
    const [moved, failed, clearWatch] = [vi.fn(), vi.fn(), vi.fn()];
    const watched: [PositionCallback, PositionErrorCallback | null | undefined][] = [];
    const locator = locatorOf({
      clearWatch,
      watchPosition(tell, fail) {
        watched.push([tell, fail]);
        return 7;
      },
    });
    const stop = watchPosition(locator, moved, failed);
    watched[0]?.[0](told);
    watched[0]?.[1]?.(errorOf(1));
    expect(moved).toHaveBeenCalledWith(position);
    expect(failed).toHaveBeenCalledWith("denied");
    stop();
    expect(clearWatch).toHaveBeenCalledWith(7);
  });
});
