// The lightbox: how a picture lies on its stage, what a finger means, and which pictures are kept.
import { afterEach, describe, expect, test, vi } from "vitest";
import { Shelf } from "../src/lightbox/shelf.ts";
import { fitted, panned, swiped, WHOLE, zoomed } from "../src/lightbox/view.ts";

const stage = { width: 1000, height: 800 };
/** As wide as the stage, and half as high. */
const fit = { width: 1000, height: 400 };

describe("zooming", () => {
  test("keeps what lies under the pointer there", () => {
    const point = { x: 200, y: 50 };
    const view = zoomed(WHOLE, 4, point, fit, stage);
    expect(view.scale).toBe(4);
    expect((point.x - view.x) / view.scale).toBeCloseTo(200);
    expect((point.y - view.y) / view.scale).toBeCloseTo(50);
  });

  test("ends at 8 times, and at the whole picture, which stands in the middle", () => {
    const view = zoomed(WHOLE, 100, { x: 500, y: 0 }, fit, stage);
    expect(view).toEqual({ scale: 8, x: -3500, y: 0 });
    expect(zoomed(view, 0.001, { x: 500, y: 0 }, fit, stage)).toEqual(WHOLE);
    expect(zoomed(view, 0, { x: 0, y: 0 }, fit, stage)).toEqual(WHOLE);
  });

  test("leaves no gap at an edge", () => {
    const view = zoomed(WHOLE, 3, { x: 0, y: 0 }, fit, stage);
    expect(panned(view, { x: 5000, y: -5000 }, fit, stage)).toEqual({ scale: 3, x: 1000, y: -200 });
    // Twice as big it is as high as the stage: there is nothing above or below.
    const twice = zoomed(WHOLE, 2, { x: 0, y: 0 }, fit, stage);
    expect(panned(twice, { x: 10, y: 10 }, fit, stage)).toEqual({ scale: 2, x: 10, y: 0 });
    expect(panned(WHOLE, { x: 10, y: 10 }, fit, stage)).toEqual(WHOLE);
  });
});

test("a picture is shown whole, and never bigger than it is", () => {
  expect(fitted({ width: 4000, height: 3000 }, stage)).toEqual({ width: 1000, height: 750 });
  expect(fitted({ width: 300, height: 3200 }, stage)).toEqual({ width: 75, height: 800 });
  expect(fitted({ width: 20, height: 10 }, stage)).toEqual({ width: 20, height: 10 });
});

test.each([
  [{ x: -80, y: 10 }, "left"],
  [{ x: 80, y: -40 }, "right"],
  [{ x: 20, y: 130 }, "down"],
  [{ x: 40, y: 0 }, null],
  [{ x: 80, y: 80 }, null],
  [{ x: 0, y: 80 }, null],
  [{ x: 0, y: -200 }, null],
])("a finger that went %o", (way, meant) => expect(swiped(way)).toBe(meant));

describe("the shelf", () => {
  const revoked: string[] = [];
  const made = vi.spyOn(URL, "createObjectURL");
  vi.spyOn(URL, "revokeObjectURL").mockImplementation((url) => void revoked.push(url));
  afterEach(() => revoked.splice(0));

  /** A shelf whose addresses are `memory:` and the picture's own. */
  const shelfOf = (load: (url: string) => Promise<{ size: number; type: string }>) => {
    made.mockImplementation((blob) => `memory:${(blob as Blob).type}`);
    return new Shelf(load);
  };

  test("fetches each picture once, and lets go of all at the end", async () => {
    const load = vi.fn(async (url: string) => ({ size: 1, type: url }));
    const shelf = shelfOf(load);
    expect(await Promise.all([shelf.get("a"), shelf.get("a"), shelf.get("b")])).toEqual([
      "memory:a",
      "memory:a",
      "memory:b",
    ]);
    expect(load).toHaveBeenCalledTimes(2);
    shelf.clear();
    await Promise.resolve();
    expect(revoked).toEqual(["memory:a", "memory:b"]);
  });

  test("fetches anew what has failed", async () => {
    const load = vi.fn(async (url: string) => ({ size: 1, type: url }));
    load.mockRejectedValueOnce(new Error("no network"));
    const shelf = shelfOf(load);
    await expect(shelf.get("a")).rejects.toThrow("no network");
    expect(await shelf.get("a")).toBe("memory:a");
  });

  test("keeps the eight that were looked at last", async () => {
    const load = vi.fn(async (url: string) => ({ size: 1, type: url }));
    const shelf = shelfOf(load);
    for (const url of "abcdefgh") await shelf.get(url);
    await shelf.get("a");
    await shelf.get("i");
    await Promise.resolve();
    expect(revoked).toEqual(["memory:b"]);
    expect(load).toHaveBeenCalledTimes(9);
  });
});
