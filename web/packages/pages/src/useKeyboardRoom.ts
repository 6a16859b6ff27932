// Some phones lay their keyboard over the page without telling it: then the page gives way itself.
import { useEffect } from "react";

/** Less than this is a toolbar, not a keyboard, in pixels. */
const KEYBOARD = 120;

export function useKeyboardRoom(): void {
  useEffect(() => {
    const view = window.visualViewport;
    if (!view) return;
    const { style } = document.documentElement;
    const fit = () => {
      const covered = window.innerHeight - view.height > KEYBOARD && view.scale === 1;
      if (covered) {
        style.setProperty("--page-height", `${view.height}px`);
        window.scrollTo(0, 0);
      } else style.removeProperty("--page-height");
    };
    view.addEventListener("resize", fit);
    return () => {
      view.removeEventListener("resize", fit);
      style.removeProperty("--page-height");
    };
  }, []);
}
