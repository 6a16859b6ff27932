// What is done with a case: each change shows at once what the server made of it, or why it did not.
import { asTrouble, type Trouble } from "@beseda/client";
import type { Case, CaseChange } from "@beseda/client/desk";
import { useSelf } from "@beseda/react";
import { useState } from "react";
import { useDesk } from "./desk.ts";

export interface Actions {
  /** Whether it happened. */
  change(change: CaseChange): Promise<boolean>;
  take(): Promise<boolean>;
  give(to: string | null): Promise<boolean>;
  resolve(): Promise<boolean>;
  /** Tries once more what failed last. */
  again(): Promise<boolean>;
  isBusy: boolean;
  trouble: Trouble | null;
  /** Who has it, where somebody was quicker. */
  takenBy: string | null;
  /** Does to whoever has it what was meant for whoever was thought to have it. */
  takeOver(): Promise<boolean>;
  forget(): void;
}

export function useActions({ room, assigned_to }: Case): Actions {
  const { calls, queue } = useDesk();
  const self = useSelf();
  const [isBusy, setBusy] = useState(false);
  const [failed, setFailed] = useState<{ change: CaseChange; trouble: Trouble } | null>(null);
  const [takenBy, setTakenBy] = useState<string | null>(null);

  const change = async (wish: CaseChange): Promise<boolean> => {
    setBusy(true);
    setFailed(null);
    setTakenBy(null);
    try {
      queue.put(await calls.change(room, wish));
      return true;
    } catch (error) {
      const trouble = asTrouble(error);
      setFailed({ change: wish, trouble });
      if (trouble.code === "taken") await lookWho();
      return false;
    } finally {
      setBusy(false);
    }
  };
  const lookWho = async () => {
    try {
      const now = await calls.case(room);
      queue.put(now);
      setTakenBy(now.assigned_to);
    } catch {
      // That somebody has it is said already; who that is comes with the next news.
    }
  };
  const give = (to: string | null) => change({ assigned_to: to, taken_from: assigned_to });
  return {
    change,
    give,
    take: () => give(self),
    resolve: () => change({ state: "resolved" }),
    again: () => change(failed?.change ?? {}),
    takeOver: () => change({ ...failed?.change, taken_from: takenBy }),
    isBusy,
    trouble: failed?.trouble ?? null,
    takenBy,
    forget: () => {
      setFailed(null);
      setTakenBy(null);
    },
  };
}
