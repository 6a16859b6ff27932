// Wheel, fingers and mouse on a picture: what they zoom, drag and swipe.
import { type RefObject, useCallback, useEffect, useRef } from "react";
import {
  distance,
  fitted,
  middle,
  type Point,
  panned,
  type Size,
  swiped,
  type View,
  WHOLE,
  zoomed,
} from "./view.ts";

/** What a double tap makes of a picture that is shown whole. */
const TAPPED = 2.5;
/** Two taps this near in time and place are one double tap, and a press that strays less is one: milliseconds, pixels. */
const TWICE = 300;
const NEAR = 24;
const STRAY = 8;
/** How much a step of the wheel zooms; fingers on a trackpad come as a wheel with Ctrl, in small steps. */
const WHEEL = 0.002;
const TRACKPAD = 0.01;
/** A line of a wheel that counts in lines, in pixels. */
const LINE = 16;

const MIDDLE: Point = { x: 0, y: 0 };

export interface ZoomEars {
  swipe(to: "left" | "right" | "down"): void;
  /** A press beside the picture. */
  outside(): void;
}

export interface Zoom {
  /** Makes it so many times as big, around the middle; 0 shows it whole. */
  by(factor: number): void;
}

export function useZoom(
  stage: RefObject<HTMLElement | null>,
  picture: RefObject<HTMLElement | null>,
  ears: ZoomEars,
): Zoom {
  const newest = useRef(ears);
  useEffect(() => {
    newest.current = ears;
  });
  const hand = useRef<Hand | null>(null);
  useEffect(() => {
    const element = stage.current;
    if (!element) return;
    const made = new Hand(element, () => picture.current, newest);
    hand.current = made;
    return () => made.end();
  }, [stage, picture]);
  const by = useCallback((factor: number) => hand.current?.by(factor), []);
  return { by };
}

/** What is held down, and how it lay when it began. */
interface Press {
  from: Point;
  onPicture: boolean;
  strayed: boolean;
  /** More than one finger was there. */
  many: boolean;
}

class Hand {
  readonly #stage: HTMLElement;
  readonly #picture: () => HTMLElement | null;
  readonly #ears: RefObject<ZoomEars>;
  readonly #calls = new AbortController();
  readonly #fingers = new Map<number, Point>();
  #view: View = WHOLE;
  #press: Press | null = null;
  #lastTap: { at: number; where: Point } | null = null;

  constructor(stage: HTMLElement, picture: () => HTMLElement | null, ears: RefObject<ZoomEars>) {
    this.#stage = stage;
    this.#picture = picture;
    this.#ears = ears;
    const { signal } = this.#calls;
    stage.addEventListener("wheel", (event) => this.#wheel(event), { passive: false, signal });
    stage.addEventListener("pointerdown", (event) => this.#down(event), { signal });
    stage.addEventListener("pointermove", (event) => this.#move(event), { signal });
    stage.addEventListener("pointerup", (event) => this.#up(event), { signal });
    stage.addEventListener("pointercancel", (event) => this.#cancel(event), { signal });
    addEventListener("resize", () => this.#show(panned(this.#view, MIDDLE, ...this.#sizes())), {
      signal,
    });
  }

  end(): void {
    this.#calls.abort();
  }

  by(factor: number): void {
    this.#show(zoomed(this.#view, factor, MIDDLE, ...this.#sizes()), true);
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE : 1;
    const by = Math.exp(-event.deltaY * pixels * (event.ctrlKey ? TRACKPAD : WHEEL));
    this.#show(zoomed(this.#view, by, this.#at(event), ...this.#sizes()));
  }

  #down(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.#stage.setPointerCapture(event.pointerId);
    this.#fingers.set(event.pointerId, this.#at(event));
    if (this.#press) {
      this.#press.many = true;
      return;
    }
    this.#press = {
      from: this.#at(event),
      onPicture: event.target === this.#picture(),
      strayed: false,
      many: false,
    };
  }

  #move(event: PointerEvent): void {
    const before = this.#fingers.get(event.pointerId);
    if (!before || !this.#press) return;
    const now = this.#at(event);
    const other = [...this.#fingers].find(([id]) => id !== event.pointerId)?.[1];
    this.#fingers.set(event.pointerId, now);
    if (distance(this.#press.from, now) > STRAY) this.#press.strayed = true;
    if (other) this.#pinch(before, now, other);
    else if (this.#view.scale > 1) this.#drag(before, now);
    else if (!this.#press.many && this.#press.strayed) this.#follow(now);
  }

  #pinch(before: Point, now: Point, other: Point): void {
    const by = distance(now, other) / Math.max(1, distance(before, other));
    const sizes = this.#sizes();
    const [from, to] = [middle(before, other), middle(now, other)];
    const moved = panned(this.#view, { x: to.x - from.x, y: to.y - from.y }, ...sizes);
    this.#show(zoomed(moved, by, to, ...sizes));
  }

  #drag(before: Point, now: Point): void {
    this.#show(panned(this.#view, { x: now.x - before.x, y: now.y - before.y }, ...this.#sizes()));
  }

  /** A picture that is shown whole goes a little way with the finger, to show what a swipe would do. */
  #follow(now: Point): void {
    const from = this.#press?.from ?? now;
    this.#draw({ scale: 1, x: now.x - from.x, y: Math.max(0, now.y - from.y) }, false);
  }

  #up(event: PointerEvent): void {
    const press = this.#press;
    const now = this.#at(event);
    this.#cancel(event);
    if (!press || this.#fingers.size > 0 || press.many) return;
    if (press.strayed) {
      const way = { x: now.x - press.from.x, y: now.y - press.from.y };
      const to = this.#view.scale > 1 ? null : swiped(way);
      if (to) this.#ears.current.swipe(to);
    } else if (!press.onPicture) this.#ears.current.outside();
    else this.#tap(now, event.timeStamp);
  }

  #tap(where: Point, at: number): void {
    const last = this.#lastTap;
    this.#lastTap = { at, where };
    if (!last || at - last.at > TWICE || distance(last.where, where) > NEAR) return;
    this.#lastTap = null;
    const by = this.#view.scale > 1 ? 0 : TAPPED;
    this.#show(zoomed(this.#view, by, where, ...this.#sizes()), true);
  }

  #cancel(event: PointerEvent): void {
    this.#fingers.delete(event.pointerId);
    if (this.#fingers.size > 0) return;
    this.#press = null;
    this.#draw(this.#view, true);
  }

  /** Where an event is, told from the middle of the stage. */
  #at({ clientX, clientY }: MouseEvent): Point {
    const box = this.#stage.getBoundingClientRect();
    return { x: clientX - box.x - box.width / 2, y: clientY - box.y - box.height / 2 };
  }

  #sizes(): [fit: Size, stage: Size] {
    const stage = { width: this.#stage.clientWidth, height: this.#stage.clientHeight };
    const picture = this.#picture();
    const own = { width: picture?.offsetWidth || 1, height: picture?.offsetHeight || 1 };
    return [fitted(own, stage), stage];
  }

  #show(view: View, smooth = false): void {
    this.#view = view;
    this.#draw(view, smooth);
  }

  #draw({ scale, x, y }: View, smooth: boolean): void {
    const picture = this.#picture();
    if (!picture) return;
    this.#stage.dataset.zoomed = String(scale > 1);
    picture.dataset.smooth = String(smooth);
    picture.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
  }
}
