// The browser's Back closes what lies over the page, before it leaves the page.
import { useEffect, useId, useRef } from "react";

export function useBackCloses(onClose: () => void): void {
  const name = useId();
  const newest = useRef(onClose);
  const stands = useRef(false);
  useEffect(() => {
    newest.current = onClose;
  });
  useEffect(() => {
    const isOurs = () => (history.state as { bsOver?: string } | null)?.bsOver === name;
    const left = () => isOurs() || newest.current();
    stands.current = true;
    if (!isOurs()) history.pushState({ ...history.state, bsOver: name }, "");
    addEventListener("popstate", left);
    return () => {
      removeEventListener("popstate", left);
      stands.current = false;
      // Closed in another way, it takes its step back; unless it has come again at once, as in React's strict mode.
      setTimeout(() => !stands.current && isOurs() && history.back());
    };
  }, [name]);
}
