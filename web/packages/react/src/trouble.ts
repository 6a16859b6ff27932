// Trouble in words: the server's own sentence where it wrote one for people, ours otherwise.
import type { Trouble, TroubleKind } from "@beseda/client";
import type { Words } from "./words/ru.ts";

const KEYS = {
  network: "troubleNetwork",
  unauthenticated: "troubleUnauthenticated",
  forbidden: "troubleForbidden",
  missing: "troubleMissing",
  invalid: "troubleInvalid",
  throttled: "troubleThrottled",
  server: "troubleServer",
} as const satisfies Record<TroubleKind, keyof Words>;

export function sentenceFor(trouble: Trouble, words: Words): string {
  const own = trouble.kind === "forbidden" || trouble.kind === "invalid";
  return own && trouble.detail ? trouble.detail : words[KEYS[trouble.kind]];
}
