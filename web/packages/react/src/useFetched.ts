// What is fetched when it is needed, and fetched again when that has failed.
import { useCallback, useEffect, useState } from "react";

export interface Fetched<T> {
  /** Null until it is here. */
  value: T | null;
  failed: boolean;
  again: () => void;
}

/** The result of `fetch`; another function is another thing to fetch. */
export function useFetched<T>(fetch: () => Promise<T>): Fetched<T> {
  const [told, setTold] = useState<{ of: unknown; value: T | null } | null>(null);
  const [tries, setTries] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: every further try fetches again
  useEffect(() => {
    let wanted = true;
    fetch().then(
      (value) => wanted && setTold({ of: fetch, value }),
      () => wanted && setTold({ of: fetch, value: null }),
    );
    return () => {
      wanted = false;
    };
  }, [fetch, tries]);
  const again = useCallback(() => {
    setTold(null);
    setTries((before) => before + 1);
  }, []);
  const now = told?.of === fetch ? told : null;
  return { value: now?.value ?? null, failed: now !== null && now.value === null, again };
}
