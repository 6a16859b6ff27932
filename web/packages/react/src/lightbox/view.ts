// How a picture lies before its reader: how many times as big as it fits, and how far it was drawn aside.

export interface View {
  /** 1 is the picture as it fits. */
  scale: number;
  /** From the middle, in pixels. */
  x: number;
  y: number;
}

export interface Point {
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

export const WHOLE: View = { scale: 1, x: 0, y: 0 };
const MOST = 8;

/** `by` times as big; what lies under `point`, told from the middle of the stage, stays under it. */
export function zoomed(view: View, by: number, point: Point, fit: Size, stage: Size): View {
  const scale = Math.min(MOST, Math.max(1, view.scale * by));
  const share = scale / view.scale;
  const x = point.x - (point.x - view.x) * share;
  const y = point.y - (point.y - view.y) * share;
  return held({ scale, x, y }, fit, stage);
}

export function panned(view: View, by: Point, fit: Size, stage: Size): View {
  return held({ ...view, x: view.x + by.x, y: view.y + by.y }, fit, stage);
}

/** A picture that is bigger than the stage leaves no gap at its edges; a smaller one stands in the middle. */
function held({ scale, x, y }: View, fit: Size, stage: Size): View {
  const overX = Math.max(0, (fit.width * scale - stage.width) / 2);
  const overY = Math.max(0, (fit.height * scale - stage.height) / 2);
  return { scale, x: between(x, overX), y: between(y, overY) };
}

function between(value: number, over: number): number {
  // No negative zero: it would be another text in a style.
  return Math.max(-over, Math.min(over, value)) + 0;
}

/** How big a picture is that is shown whole, and never bigger than it is. */
export function fitted(picture: Size, stage: Size): Size {
  const share = Math.min(1, stage.width / picture.width, stage.height / picture.height);
  return { width: picture.width * share, height: picture.height * share };
}

/** A finger that has gone so far, in pixels, in mostly one direction, has swiped. */
const SWIPE = 48;

/** What a finger meant that went from its first to its last place on a picture that is shown whole. */
export function swiped({ x, y }: Point): "left" | "right" | "down" | null {
  if (Math.abs(x) > SWIPE && Math.abs(x) > 1.5 * Math.abs(y)) return x < 0 ? "left" : "right";
  if (y > 2 * SWIPE && y > 1.5 * Math.abs(x)) return "down";
  return null;
}

export function distance(one: Point, other: Point): number {
  return Math.hypot(one.x - other.x, one.y - other.y);
}

export function middle(one: Point, other: Point): Point {
  return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 };
}
