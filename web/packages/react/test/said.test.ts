import { expect, test } from "vitest";
import { isBlank, isEmoji, settled } from "../src/said.ts";

test("what is nothing but a few emoji is told apart", () => {
  for (const text of ["👍", " 👍🏽 ", "❤️", "👨‍👩‍👧‍👦 🎉", "🇷🇺", "1️⃣", "😀😀😀", "❤"]) {
    expect(isEmoji(text), text).toBe(true);
  }
  for (const text of ["", "да", "👍 да", "😀😀😀😀", "12", "#", "🇷", "👍".repeat(40)]) {
    expect(isEmoji(text), text).toBe(false);
  }
});

test("emptiness is no tower, and nothing that is said is lost", () => {
  expect(settled("раз\n\n\n\n\n\n\n\n\n\nдва")).toBe("раз\n\nдва");
  expect(settled("раз\n \n\t\n\nдва")).toBe("раз\n\nдва");
  expect(settled("\n\n  раз\nдва\n\n")).toBe("  раз\nдва");
  expect(settled("раз\n\nдва\n  три")).toBe("раз\n\nдва\n  три");
});

test("what nobody sees says nothing", () => {
  for (const text of ["", " \n\t", "\u200B\u2060", "\uFE0F", "\u{E0041}", "\u2800\u3164"]) {
    expect(isBlank(text), JSON.stringify(text)).toBe(true);
  }
  for (const text of ["а", " . ", "\u200Bа", "👍"]) expect(isBlank(text), text).toBe(false);
});
