// What somebody sees who has not written yet.
import type { JSX } from "preact";
import { useAround } from "./context.ts";
import { Header } from "./Header.tsx";
import { Opening } from "./Opening.tsx";
import { useHours } from "./useHours.ts";

export function Stranger(): JSX.Element {
  const { place } = useAround();
  const hours = useHours();
  return (
    <>
      <Header title={place.wishes.title} note={place.wishes.note} />
      <Opening hours={hours} />
    </>
  );
}
