// Drafts: whose they are, how long they are kept, and what another tab writes.
import { keepIn } from "@beseda/client/order-rooms";
import { beforeEach, describe, expect, test } from "vitest";
import { Drafts } from "../src/drafts.ts";

describe("drafts", () => {
  const kept = new Map<string, string>();
  let now = 1_000;
  const storage = {
    get length() {
      return kept.size;
    },
    key: (index: number) => [...kept.keys()][index] ?? null,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  const drafts = (person: string) => new Drafts(keepIn(storage), person, () => now);
  beforeEach(() => {
    kept.clear();
    now = 1_000;
  });

  test("each room has its own, over reloads, for each person", () => {
    const mine = drafts("1");
    mine.set("order:5", "начало");
    mine.set("order:6", "  ");
    expect(drafts("1").get("order:5")).toBe("начало");
    expect(drafts("1").get("order:6")).toBe("");
    expect(drafts("2").get("order:5")).toBe("");
    mine.set("order:5", "");
    expect([...kept.keys()]).toEqual([]);
  });

  test("are forgotten after thirty days", () => {
    drafts("1").set("order:5", "давно");
    now += 30 * 24 * 3600_000;
    expect(drafts("1").get("order:5")).toBe("давно");
    now += 1;
    expect(drafts("1").get("order:5")).toBe("");
    expect([...kept.keys()]).toEqual([]);
  });

  test("of another tab are read, and told", () => {
    const [here, there] = [drafts("1"), drafts("1")];
    let heard = 0;
    here.subscribe(() => {
      heard += 1;
    });
    there.set("order:5", "там");
    expect([...kept.keys()].every((key) => here.has(key))).toBe(true);
    expect(here.has("tp_access_token")).toBe(false);
    here.read();
    expect([here.get("order:5"), heard]).toEqual(["там", 1]);
  });

  test("are gone at the end, and nothing is kept after it", () => {
    const mine = drafts("1");
    mine.set("order:5", "личное");
    mine.end();
    mine.set("order:5", "личное");
    expect([...kept.keys()]).toEqual([]);
  });
});
