// Ids that a client gives: they sort by when they were made.

/** A UUID of version 7: its first 48 bits are `ms`, so that ids sort by when they were made. */
export function uuid7(ms: number, random: Uint8Array): string {
  const time = ms.toString(16).padStart(12, "0");
  const hex = Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const variant = "89ab".charAt((random[8] ?? 0) % 4);
  const rest = `7${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
  return `${time.slice(0, 8)}-${time.slice(8)}-${rest}`;
}
