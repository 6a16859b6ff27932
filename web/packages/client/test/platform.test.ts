// The platform on what the runtime offers.
import { expect, test, vi } from "vitest";
import { systemPlatform } from "../src/keeping.ts";

test("a wait that no timer can hold is a long one, not none", () => {
  const waits: number[] = [];
  vi.stubGlobal("setTimeout", (_: () => void, ms: number) => waits.push(ms));
  const { later } = systemPlatform("https://chat.example");
  later(2 ** 31 - 1, () => {});
  later(2 ** 31, () => {});
  later(3_000, () => {});
  vi.unstubAllGlobals();
  expect(waits).toEqual([2 ** 31 - 1, 2 ** 31 - 1, 3_000]);
});
