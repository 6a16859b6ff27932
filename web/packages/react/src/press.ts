// A press means what lay under it when it began, wherever that has moved before the release.
import { type RefObject, useEffect } from "react";
import { useNewest } from "./context.tsx";

/** A pointer that strays further than this does not press any more, in pixels. */
const STRAY = 10;
/** The click of a finger comes within this time after its release, or not at all, in milliseconds. */
const CLICK_COMES = 500;
/** What can be pressed. */
const CONTROL = "a, button";

/** Who wants to know that something in the place is being pressed. */
export interface PressEars {
  began(target: Element): void;
  ended(): void;
}

const NOBODY: PressEars = { began() {}, ended() {} };

/**
 * Browsers click what lies under the pointer when it is let go: nothing, or something else, where a
 * message came in between. Within `place`, the click goes to the control that was pressed.
 */
export function usePress(place: RefObject<Element | null>, ears: PressEars = NOBODY): void {
  const newest = useNewest(ears);
  useEffect(() => {
    let press: { control: Element | null; x: number; y: number } | null = null;
    let timer: ReturnType<typeof setTimeout>;
    const end = () => {
      clearTimeout(timer);
      if (!press) return;
      press = null;
      newest.current.ended();
    };
    const down = ({ target, isPrimary, button, clientX: x, clientY: y }: PointerEvent) => {
      end();
      if (!isPrimary || button !== 0 || !(target instanceof Element)) return;
      if (!place.current?.contains(target)) return;
      press = { control: target.closest(CONTROL), x, y };
      newest.current.began(target);
    };
    const move = ({ clientX, clientY }: PointerEvent) => {
      if (press && Math.hypot(clientX - press.x, clientY - press.y) > STRAY) end();
    };
    const give = (event: MouseEvent) => {
      const control = press?.control;
      end();
      if (control?.isConnected) control.dispatchEvent(new MouseEvent("click", event));
    };
    const up = (event: PointerEvent) => {
      clearTimeout(timer);
      // A mouse clicks at once; where its element was moved within the document, not at all.
      if (event.pointerType === "mouse") timer = setTimeout(give, 0, event);
      else timer = setTimeout(end, CLICK_COMES);
    };
    const click = (event: MouseEvent) => {
      // Keys and scripts click without pressing.
      if (!press || event.detail === 0) return;
      const hit = event.target instanceof Element ? event.target.closest(CONTROL) : null;
      if (hit === press.control) {
        end();
        return;
      }
      event.preventDefault();
      event.stopPropagation();
      give(event);
    };
    const calls = new AbortController();
    const hear = { capture: true, passive: true, signal: calls.signal };
    document.addEventListener("pointerdown", down, hear);
    document.addEventListener("pointermove", move, hear);
    document.addEventListener("pointerup", up, hear);
    document.addEventListener("pointercancel", end, hear);
    document.addEventListener("wheel", end, hear);
    document.addEventListener("click", click, { ...hear, passive: false });
    return () => {
      calls.abort();
      clearTimeout(timer);
    };
  }, [place, newest]);
}
