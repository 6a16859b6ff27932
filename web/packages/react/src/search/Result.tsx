// One line of what a search has found, and the pieces of a text with the hits marked.
import type { MouseEvent, ReactNode } from "react";
import { hueOf, initialsOf } from "../people.ts";
import type { Piece } from "./find.ts";

export function Marked({ pieces }: { pieces: readonly Piece[] }): ReactNode {
  return pieces.map(({ at, text, isHit }) =>
    isHit ? <mark key={at}>{text}</mark> : <span key={at}>{text}</span>,
  );
}

export function Avatar({ of, name }: { of: string; name: string }): ReactNode {
  return (
    <span className="bs-avatar" data-hue={hueOf(of)} aria-hidden="true">
      {initialsOf(name) || "#"}
    </span>
  );
}

interface ResultLinkProps {
  href: string;
  onOpen: () => void;
  children: ReactNode;
}

/** Leads to a room, here or where the browser is told to open it. */
export function ResultLink({ href, onOpen, children }: ResultLinkProps): ReactNode {
  const open = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    onOpen();
  };
  return (
    <a className="bs-room bs-result" href={href} onClick={open} data-result="">
      {children}
    </a>
  );
}
