// A finger that stays where it is asks what can be done, as the second button of a mouse does.
import { type RefObject, useEffect } from "react";
import { useNewest } from "./context.tsx";

/** So long, in milliseconds. */
const LONG = 450;
/** A finger that strays further scrolls, in pixels. */
const STRAY = 10;

export function useLongPress(
  place: RefObject<Element | null>,
  pressed: (x: number, y: number) => void,
): void {
  const newest = useNewest(pressed);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    let timer: ReturnType<typeof setTimeout>;
    let at = { x: 0, y: 0 };
    const end = () => clearTimeout(timer);
    const down = ({ pointerType, clientX: x, clientY: y }: PointerEvent) => {
      end();
      if (pointerType !== "touch") return;
      at = { x, y };
      timer = setTimeout(() => newest.current(x, y), LONG);
    };
    const move = ({ clientX, clientY }: PointerEvent) => {
      if (Math.hypot(clientX - at.x, clientY - at.y) > STRAY) end();
    };
    const calls = new AbortController();
    const hear = { passive: true, signal: calls.signal };
    element.addEventListener("pointerdown", down as EventListener, hear);
    element.addEventListener("pointermove", move as EventListener, hear);
    for (const over of ["pointerup", "pointercancel", "pointerleave"])
      element.addEventListener(over, end, hear);
    return () => {
      end();
      calls.abort();
    };
  }, [place, newest]);
}
