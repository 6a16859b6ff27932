// What every frame may ask of the page around it.
import type { Identity } from "../loader/identity.ts";
import type { FromFrame, ToFrame } from "../messages.ts";

/** Asks the host for a token, and says what came of it. */
export function answerToken(
  { id, reason }: Extract<FromFrame, { type: "ask" }>,
  identity: Identity,
  say: (said: ToFrame) => void,
): void {
  identity.token(reason).then(
    (token) => say({ type: "token", id, token }),
    () => say({ type: "noToken", id }),
  );
}

/** Hears when the page, or what it shows in frames, has the focus, or not any more. */
export function onFocus(changed: () => void): () => void {
  // Where the focus has gone is known once it is there.
  const later = () => setTimeout(changed);
  for (const event of ["focus", "blur"]) addEventListener(event, later);
  return () => {
    for (const event of ["focus", "blur"]) removeEventListener(event, later);
  };
}
