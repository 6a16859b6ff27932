// The application before anything of it is there.
import type { JSX } from "preact";
import { useAround } from "./context.ts";
import { Header } from "./Header.tsx";
import { Skeleton } from "./Skeleton.tsx";

export function Waiting(): JSX.Element {
  const { place } = useAround();
  return (
    <>
      <Header title={place.wishes.title} note={place.wishes.note} />
      <Skeleton />
    </>
  );
}
