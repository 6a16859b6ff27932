// Whether there is room for one pane alone.
import { useSyncExternalStore } from "react";

const NARROW = "(width < 768px)";

function watchWidth(changed: () => void): () => void {
  const query = matchMedia(NARROW);
  query.addEventListener("change", changed);
  return () => query.removeEventListener("change", changed);
}

export function useNarrow(): boolean {
  return useSyncExternalStore(watchWidth, () => matchMedia(NARROW).matches);
}
