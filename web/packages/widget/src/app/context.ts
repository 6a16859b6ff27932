// What every component may need: the page around, the server, and the words of the chosen language.

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Lang } from "../messages.ts";
import type { Host, Place } from "./host.ts";
import type { Words } from "./words/ru.ts";

export interface Surroundings {
  host: Host;
  place: Place;
  /** The server's address, without a slash at its end. */
  server: string;
  words: Words;
}

export const Around = createContext<Surroundings | null>(null);

export function useAround(): Surroundings {
  const around = useContext(Around);
  if (!around) throw new Error("there is no page around");
  return around;
}

export function useLang(): Lang {
  return useAround().place.look.lang;
}

export function useWords(): Words {
  return useAround().words;
}

/** Whether fingers are what there is: the keyboard comes up when it is asked for, and Enter breaks the line. */
export const isTouch = (): boolean => matchMedia("(hover: none) and (pointer: coarse)").matches;
