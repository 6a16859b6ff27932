// The desk, for every component of the console.
import type { DeskCalls } from "@beseda/client/desk";
import { createContext, useContext } from "react";
import type { People } from "./people.ts";
import type { Queue } from "./queue.ts";

export interface Desk {
  calls: DeskCalls;
  queue: Queue;
  people: People;
}

export const DeskContext = createContext<Desk | null>(null);

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error("no desk around this component");
  return desk;
}
