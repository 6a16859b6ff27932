// The page behind a chat that fills the screen: it does not scroll and is not reached, and then is exactly as it was.

/** What keeps a page from scrolling; a phone scrolls one that only hides its overflow. */
const HELD: Record<string, string> = {
  position: "fixed",
  "inset-inline": "0",
  overflow: "hidden",
  "inline-size": "100%",
  "box-sizing": "border-box",
};

/** Holds the page until the returned function is called. */
export function lockPage(): () => void {
  const { body } = document;
  const { scrollX, scrollY } = window;
  const had = body.getAttribute("style");
  const wasInert = body.inert;
  const styles = { ...HELD, top: `${-scrollY}px` };
  for (const [name, value] of Object.entries(styles)) {
    body.style.setProperty(name, value, "important");
  }
  body.inert = true;
  return () => {
    body.inert = wasInert;
    for (const name of Object.keys(styles)) body.style.removeProperty(name);
    // Through the style object: a policy may forbid the attribute.
    if (had !== null) body.style.cssText = had;
    else body.removeAttribute("style");
    scrollTo({ left: scrollX, top: scrollY, behavior: "instant" });
  };
}
