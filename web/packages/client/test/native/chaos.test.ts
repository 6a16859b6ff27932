// Whatever fails, and in whatever order: every message once, in one order, for everybody.
import { describe, expect, test } from "vitest";
import { MemoryStage } from "./stage.ts";
import { act, holds } from "./story.ts";

/** Set to run many more, or one again that has failed: CHAOS_SEEDS=1000, CHAOS_FROM=37. */
const env = (globalThis as unknown as { process: { env: Record<string, string | undefined> } })
  .process.env;
const seeds = Number(env.CHAOS_SEEDS ?? 40);
const from = Number(env.CHAOS_FROM ?? 1);

describe("chaos", () => {
  test.each(Array.from({ length: seeds }, (_, index) => from + index))(
    "seed %i",
    async (seed) => {
      const stage = await MemoryStage.open(seed);
      const written = await act(stage, 80, 0.15);
      try {
        await holds(stage, written);
      } catch (error) {
        throw new Error(`${error}\nafter: ${stage.failed.join(", ")}`, { cause: error });
      }
      expect(stage.failed.length).toBeGreaterThan(0);
    },
    30_000,
  );
});
