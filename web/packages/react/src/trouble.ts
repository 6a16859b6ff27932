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

export function sentenceFor({ kind, code, detail }: Trouble, words: Words): string {
  const known = words.reasons[code];
  if (known) return known;
  // Where there is a code, the sentence beside it is for whoever builds pages.
  const isForPeople = code === "" && (kind === "forbidden" || kind === "invalid");
  return isForPeople && detail ? detail : words[KEYS[kind]];
}
