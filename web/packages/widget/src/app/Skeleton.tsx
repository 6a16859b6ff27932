// What stands where something will be in a moment.
import type { JSX } from "preact";
import { useWords } from "./context.ts";

export function Skeleton(): JSX.Element {
  const words = useWords();
  return (
    <div class="skeleton" role="status" aria-label={words.loading}>
      {[62, 44, 70, 36, 56, 48].map((width, index) => (
        <span key={width} data-mine={index % 3 === 1} data-width={width} />
      ))}
    </div>
  );
}
