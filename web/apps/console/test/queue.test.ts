// The queue: what is heard while it is asked for is newer than the answer, and who waits longest comes first.
import type { Case, CaseNews, DeskCalls } from "@beseda/client/desk";
import { describe, expect, it } from "vitest";
import { countOf, listed, Queue } from "../src/queue.ts";
import { filled } from "../src/replies.ts";

function told(room: string, more: Partial<Case> = {}): Case {
  const about = { key: room, uuid: room, active_at: more.since ?? "" } as Case["about"];
  return {
    room,
    state: "new",
    assigned_to: null,
    tags: [],
    owes: "us",
    since: "2026-11-28T10:00:00.000000Z",
    snoozed_until: null,
    visitor: null,
    notes: 0,
    about,
    ...more,
  };
}

/** A desk whose list is this one, and what is to happen before it answers. */
function desk(items: Case[], meanwhile: () => void = () => {}): DeskCalls {
  const cases = async () => {
    meanwhile();
    return { items, next: null };
  };
  return { cases } as unknown as DeskCalls;
}

const rooms = (cases: Case[]) => cases.map(({ room }) => room);
const oldest = { self: "5", sort: "oldest", resolved: false } as const;

describe("the queue", () => {
  it("keeps what it heard while it was asked for", async () => {
    const news: CaseNews = {
      type: "case",
      ...told("support:a", { assigned_to: "5", state: "open" }),
    };
    const queue = new Queue(desk([told("support:a"), told("support:b")], () => queue.hear(news)));
    await queue.load();
    const now = queue.getSnapshot();
    expect(now.cases.get("support:a")?.assigned_to).toBe("5");
    expect([countOf(now, "new", "5"), countOf(now, "mine", "5"), countOf(now, "all", "5")]).toEqual(
      [1, 1, 2],
    );
  });

  it("has those first who wait longest for an answer, and no resolved ones", async () => {
    const late = told("support:late", { since: "2026-11-28T09:00:00.000000Z" });
    const answered = told("support:answered", {
      owes: "them",
      since: "2026-11-28T01:00:00.000000Z",
    });
    const queue = new Queue(desk([answered, told("support:b"), late]));
    await queue.load();
    queue.put(told("support:done", { state: "resolved" }));
    const now = queue.getSnapshot();
    expect(rooms(listed(now, "all", oldest))).toEqual([
      "support:late",
      "support:b",
      "support:answered",
    ]);
    expect(rooms(listed(now, "all", { ...oldest, resolved: true }))).toEqual(["support:done"]);
  });

  it("says what went wrong, and forgets it when it has loaded", async () => {
    let fails = true;
    const calls = desk([told("support:a")], () => {
      if (fails) throw new Error("no answer");
    });
    const queue = new Queue(calls);
    await queue.load();
    expect(queue.getSnapshot().trouble).not.toBeNull();
    fails = false;
    await queue.load();
    expect(queue.getSnapshot()).toMatchObject({ trouble: null, loaded: true });
  });
});

describe("canned replies", () => {
  it("are filled in with names, and a name that is not known leaves nothing", () => {
    const names = { "customer.name": "Вера {{agent.name}}", "agent.name": "Ольга" };
    const text = "{{customer.name}}, я {{ agent.name }}{{room.title}}";
    expect(filled(text, names)).toBe("Вера {{agent.name}}, я Ольга");
  });
});
