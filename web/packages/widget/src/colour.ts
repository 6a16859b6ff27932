// Colours of the host's own: taken only as `#rrggbb`, and written on in whichever of black and white is read better.

const WHITE = "#ffffff";
const INK = "#10121a";

/** The colour, or "" where it is none. */
export function colourOf(text = ""): string {
  return /^#[\da-f]{6}$/i.test(text) ? text : "";
}

/** What is read best on it. */
export function inkOn(colour: string): string {
  const part = (at: number) => (Number.parseInt(colour.slice(at, at + 2), 16) / 255) ** 2.2;
  // Where white and the ink stand out alike: 1.05 / (light + .05) = (light + .05) / .056.
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5) > 0.192 ? INK : WHITE;
}
