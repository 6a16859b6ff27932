// The kit's own icons: 20 px, stroke 1.75, in the colour of the text around them.
import type { ReactNode } from "react";

const PATHS = {
  send: "M3.5 10 16.5 3.8 12.6 16.4 9.4 11.6 3.5 10ZM9.4 11.6 16.5 3.8",
  check: "m4 10.5 4 4 8-9",
  close: "m5 5 10 10M15 5 5 15",
  back: "M12.5 4.5 7 10l5.5 5.5",
  down: "M10 4v11.5m-5-5 5 5 5-5",
  edit: "m4 16 .8-3.6L13.6 3.6a1.4 1.4 0 0 1 2 0l.8.8a1.4 1.4 0 0 1 0 2L7.6 15.2 4 16Z",
  remove: "M4 6h12M8 6V4h4v2m-6.5 0 .7 10h7.6l.7-10M8.5 9v4.5m3-4.5v4.5",
  copy: "M7.5 7.5h8v8h-8zM12.5 7.5v-3h-8v8h3",
  clock: "M10 3.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13Zm0 3V10l2.5 1.7",
  alert: "M10 3.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13ZM10 6.7v4.1m0 2.4v.1",
  chat: "M4 4.5h12v9H9l-3.5 3v-3H4z",
  settings: "M3.5 6.5h7m5 0h1m-13 7h1m5 0h7M10.5 4.5v4h3v-4zM5.5 11.5v4h3v-4z",
  logout: "M8 3.5H4.5v13H8M8.5 10h8m-3-3.5 3 3.5-3 3.5",
  save: "M10 3.5v9m-4-4 4 4 4-4M4 16.5h12",
  plus: "M10 4v12M4 10h12",
  attach:
    "m15.8 9.2-6 6a3.6 3.6 0 0 1-5.1-5.1l6.3-6.3a2.4 2.4 0 0 1 3.4 3.4l-6.3 6.3a1.2 1.2 0 0 1-1.7-1.7l5.6-5.6",
  pin: "M8 3.5h4l-.5 4.5 3 3v1.5h-9V11l3-3zM10 12.5v4",
  reply: "M8.5 5 3.5 10l5 5M4 10h7.5c3 0 5 1.8 5 5.5",
  more: "M5 9.9v.2m5-.2v.2m5-.2v.2",
  like: "M4 9h3v7H4zM7 9.5l3-6c1.5 0 2 1 1.7 2.3L11.2 8H15c1 0 1.6.9 1.4 1.8l-1 4.7c-.2.9-.9 1.5-1.8 1.5H7",
  link: "M8.5 11.5a3 3 0 0 0 4.3 0l2.4-2.4a3 3 0 0 0-4.3-4.3L9.7 6m1.8 2.5a3 3 0 0 0-4.3 0l-2.4 2.4a3 3 0 0 0 4.3 4.3l1.2-1.2",
  unread:
    "M4 4.5h8M4 4.5v9h1.5v3l3.5-3h7V9M15.5 3.6v.1m-1.2-.1a1.2 1.2 0 1 1 2.4 0 1.2 1.2 0 0 1-2.4 0",
  search: "M9 4a5 5 0 1 1 0 10A5 5 0 0 1 9 4Zm3.7 8.7 3.8 3.8",
  people:
    "M7.5 4a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6ZM2.5 16c.4-3 2.4-4.5 5-4.5s4.6 1.5 5 4.5M13 4.5a2.6 2.6 0 0 1 0 5M14.5 12c1.8.5 2.8 1.9 3 4",
  sound: "M4 8v4h2.5l4 3.5v-11L6.5 8zM13 7.5a3.5 3.5 0 0 1 0 5M15 5.5a6.5 6.5 0 0 1 0 9",
  archive: "M3.5 4.5h13v3h-13zM4.5 7.5v8h11v-8M8 10.5h4",
  mute: "M4 8v4h2.5l4 3.5v-11L6.5 8zM13.5 8l4 4m0-4-4 4",
  file: "M5.5 3.5h6l3 3v10h-9zM11.5 3.5v3h3",
  smile:
    "M10 3.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13ZM7 11.5c.7 1.2 1.7 1.8 3 1.8s2.3-.6 3-1.8M7.8 8v.1m4.4-.1v.1",
  next: "M7.5 4.5 13 10l-5.5 5.5",
  zoomIn: "M9 4a5 5 0 1 1 0 10A5 5 0 0 1 9 4Zm3.7 8.7 3.8 3.8M9 6.8v4.4M6.8 9h4.4",
  zoomOut: "M9 4a5 5 0 1 1 0 10A5 5 0 0 1 9 4Zm3.7 8.7 3.8 3.8M6.8 9h4.4",
  minus: "M4 10h12",
  place: "M10 17s5.5-5 5.5-9a5.5 5.5 0 0 0-11 0c0 4 5.5 9 5.5 9Zm0-11a2 2 0 1 1 0 4 2 2 0 0 1 0-4Z",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, className }: { name: IconName; className?: string }): ReactNode {
  return (
    <svg
      className={className ? `bs-icon ${className}` : "bs-icon"}
      viewBox="0 0 20 20"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

/** One tick: the server has it. Two: it has got to somebody. Two in colour: somebody has read it. */
export function Ticks({ progress }: { progress: "stored" | "delivered" | "read" }): ReactNode {
  const path =
    progress === "stored"
      ? "m4 10.8 3.8 3.7 7.7-8.3"
      : "m1.5 10.8 3.6 3.7 7.4-8.3m-3.7 7.5.9.8 7.8-8.3";
  return (
    <svg
      className="bs-icon bs-ticks"
      viewBox="0 0 20 20"
      aria-hidden="true"
      data-read={progress === "read"}
    >
      <path d={path} />
    </svg>
  );
}

/** Two sheets of paper: a thread that is still empty. */
export function Sheets(): ReactNode {
  return (
    <svg className="bs-sheets" viewBox="0 0 120 96" aria-hidden="true">
      <path d="M18 14h56v60H32L18 60z" />
      <path d="M18 60h14v14" />
      <path d="M46 26h56v60H60L46 72z" className="bs-sheets-front" />
      <path d="M46 72h14v14" />
      <path d="M58 40h32M58 51h32M58 62h20" className="bs-sheets-ink" />
    </svg>
  );
}
