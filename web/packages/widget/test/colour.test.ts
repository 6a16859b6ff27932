// Colours of the host's own are written on so that everybody can read it.
import { expect, test } from "vitest";
import { colourOf, inkOn } from "../src/colour.ts";

/** As WCAG reckons it. */
function light(colour: string): number {
  const parts = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
  const [red = 0, green = 0, blue = 0] = parts.map((part) =>
    part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [a, b] = [light(one) + 0.05, light(other) + 0.05];
  return Math.max(a, b) / Math.min(a, b);
}

test("whatever colour a host has, what stands on it has a contrast of 4.1 or more", () => {
  let worst = 21;
  for (let red = 0; red < 256; red += 15)
    for (let green = 0; green < 256; green += 15)
      for (let blue = 0; blue < 256; blue += 15) {
        const hex = [red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("");
        worst = Math.min(worst, contrast(`#${hex}`, inkOn(`#${hex}`)));
      }
  expect(worst).toBeGreaterThan(4.1);
});

test.each(["", "red", "#fff", "#12345g", "#123456;background:url(x)", "url(#123456)"])(
  "%j is no colour that is taken",
  (text) => {
    expect(colourOf(text)).toBe("");
  },
);

test("a colour is taken as it is", () => {
  expect(colourOf("#FFd400")).toBe("#FFd400");
});
