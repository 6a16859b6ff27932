// The rows of a thread: days, groups, and how far one's own messages have come.
import type { Message, Person, Unsent } from "@beseda/client";
import { describe, expect, test } from "vitest";
import { type MessageRow, rowsOf } from "../src/app/rows.ts";

const person = (id: string) => ({ id, name: id }) as Person;

function message(seq: number, author: string | null, at: string): Message {
  const rest = { text: `m${seq}`, files: [], edited_at: null, erased_at: null, client_id: null };
  return { seq, author: author && person(author), created_at: at, ...rest } as unknown as Message;
}

const told = (messages: Message[], unsent: Unsent[] = []) => ({
  messages,
  unsent,
  hasBefore: false,
  readBy: 1,
  deliveredTo: 2,
});
const only = (rows: ReturnType<typeof rowsOf>) =>
  rows.filter((row): row is MessageRow => row.kind === "message");

describe("rows", () => {
  test("belong together when one person says them within ten minutes", () => {
    const rows = only(
      rowsOf(
        told([
          message(1, "a", "2026-03-01T10:00:00Z"),
          message(2, "a", "2026-03-01T10:10:00Z"),
          message(3, "a", "2026-03-01T10:20:01Z"),
          message(4, "b", "2026-03-01T10:20:02Z"),
        ]),
        "b",
      ),
    );
    expect(rows.map(({ head, tail }) => [head, tail])).toEqual([
      [true, false],
      [false, true],
      [true, true],
      [true, true],
    ]);
  });

  test("are parted by days, and the first is named where nothing comes before", () => {
    const two = [message(1, "a", "2026-03-01T12:00:00Z"), message(2, "a", "2026-03-02T12:00:00Z")];
    const kinds = (hasBefore: boolean) =>
      rowsOf({ ...told(two), hasBefore }, "a").map(({ kind }) => kind);
    expect(kinds(false)).toEqual(["day", "message", "day", "message"]);
    expect(kinds(true)).toEqual(["message", "day", "message"]);
  });

  test("say of one's own how far they have come, and of others nothing", () => {
    const at = "2026-03-01T10:00:00Z";
    const stored = [1, 2, 3].map((seq) => message(seq, "a", at));
    const unsent = (state: string) => ({ client_id: state, state, at: Date.parse(at), files: [] });
    const waiting = ["waiting", "refused"].map(unsent) as unknown as Unsent[];
    const rows = only(rowsOf(told([...stored, message(4, "b", at)], waiting), "a"));
    expect(rows.map(({ progress }) => progress)).toEqual([
      "read",
      "delivered",
      "stored",
      null,
      "pending",
      "failed",
    ]);
  });

  test("keep their name when they arrive", () => {
    const at = "2026-03-01T10:00:00Z";
    const entry = { client_id: "c", state: "waiting", at: Date.parse(at), files: [] };
    const [before] = only(rowsOf(told([], [entry as unknown as Unsent]), "a"));
    const [after] = only(rowsOf(told([{ ...message(1, "a", at), client_id: "c" }]), "a"));
    expect(after?.key).toBe(before?.key);
  });
});
