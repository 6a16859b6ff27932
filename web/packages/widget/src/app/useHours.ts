// The desk's hours, as they are while somebody looks.
import { useEffect, useState } from "preact/hooks";
import { useAround } from "./context.ts";
import { type Hours, hoursOf } from "./desk.ts";

/** The desk is asked again whether it is open, so often in milliseconds. */
const HOURS_EVERY = 5 * 60_000;

/** Null until it is known. */
export function useHours(): Hours | null {
  const { server, place } = useAround();
  const [hours, setHours] = useState<Hours | null>(null);
  const { isShown } = place.shown;
  useEffect(() => {
    if (!isShown) return;
    let isWanted = true;
    const ask = () => hoursOf(server).then((told) => isWanted && setHours(told));
    void ask();
    const timer = setInterval(ask, HOURS_EVERY);
    return () => {
      isWanted = false;
      clearInterval(timer);
    };
  }, [server, isShown]);
  return hours;
}
