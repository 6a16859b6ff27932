// The application's icons: 20 px, stroke 1.75, in the colour of the text around them.
import type { JSX } from "preact";

const PATHS = {
  send: "M3.5 10 16.5 3.8 12.6 16.4 9.4 11.6 3.5 10ZM9.4 11.6 16.5 3.8",
  close: "m5 5 10 10M15 5 5 15",
  back: "M12.5 4.5 7 10l5.5 5.5",
  down: "M10 4v11.5m-5-5 5 5 5-5",
  clock: "M10 3.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13Zm0 3V10l2.5 1.7",
  alert: "M10 3.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13ZM10 6.7v4.1m0 2.4v.1",
  attach:
    "m15.8 9.2-6 6a3.6 3.6 0 0 1-5.1-5.1l6.3-6.3a2.4 2.4 0 0 1 3.4 3.4l-6.3 6.3a1.2 1.2 0 0 1-1.7-1.7l5.6-5.6",
  file: "M5.5 3.5h6l3 3v10h-9zM11.5 3.5v3h3",
  tick: "m4 10.8 3.8 3.7 7.7-8.3",
  ticks: "m1.5 10.8 3.6 3.7 7.4-8.3m-3.7 7.5.9.8 7.8-8.3",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, class: more = "" }: { name: IconName; class?: string }): JSX.Element {
  return (
    <svg class={`icon ${more}`} viewBox="0 0 20 20" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** Two sheets of paper: a thread that is still empty. */
export function Sheets(): JSX.Element {
  return (
    <svg class="sheets" viewBox="0 0 120 96" aria-hidden="true">
      <path d="M18 14h56v60H32L18 60z" />
      <path d="M18 60h14v14" />
      <path d="M46 26h56v60H60L46 72z" class="front" />
      <path d="M46 72h14v14" />
      <path d="M58 40h32M58 51h32M58 62h20" class="ink" />
    </svg>
  );
}
