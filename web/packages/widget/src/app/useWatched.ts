// A component that follows something that can be watched.
import type { Watched } from "@beseda/client";
import { useEffect, useReducer } from "preact/hooks";

export function useWatched<T>(watched: Watched<T>): T {
  const [, again] = useReducer<number, void>((times) => times + 1, 0);
  useEffect(() => {
    // What has changed between drawing and watching is drawn as well.
    again();
    return watched.subscribe(() => again());
  }, [watched]);
  return watched.getSnapshot();
}
