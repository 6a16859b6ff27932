// Ids that a client gives: they sort by when they were made.

/** A UUID of version 7: its first 48 bits are `ms`, so that ids sort by when they were made. */
export function uuid7(ms: number, random: Uint8Array): string {
  const bytes = Array.from(random);
  for (let index = 0; index < 6; index += 1) {
    bytes[index] = Math.floor(ms / 2 ** (8 * (5 - index))) % 256;
  }
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
}
