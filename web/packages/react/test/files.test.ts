// Files: sizes, names, and the rows of what is on its way.
import { describe, expect, test } from "vitest";
import { sizeText, splitName } from "../src/files.ts";
import { rowsOf } from "../src/rows.ts";
import { en } from "../src/words/en.ts";
import { ru } from "../src/words/ru.ts";

describe("sizes", () => {
  test.each([
    [0, "0 Б", "0 B"],
    [1023, "1 023 Б", "1,023 B"],
    [1024, "1 КБ", "1 KB"],
    [1_500, "1,5 КБ", "1.5 KB"],
    [348_160, "340 КБ", "340 KB"],
    [1_048_575, "1 МБ", "1 MB"],
    [26_214_400, "25 МБ", "25 MB"],
    [2 ** 50, "1 048 576 ГБ", "1,048,576 GB"],
  ])("%i bytes", (bytes, russian, english) => {
    expect(sizeText(bytes, "ru", ru.sizes).replace(/\s/g, " ")).toBe(russian);
    expect(sizeText(bytes, "en", en.sizes)).toBe(english);
  });
});

test("a long name keeps its ending, a short one stays whole", () => {
  expect(splitName("отчёт.pdf")).toEqual(["отчёт.pdf", ""]);
  expect(splitName("очень длинное название чертежа.pdf")).toEqual([
    "очень длинное название ч",
    "ертежа.pdf",
  ]);
  expect(splitName("😀".repeat(30)).join("")).toBe("😀".repeat(30));
});

test("a message on its way stands in the thread with its file", () => {
  const file = { name: "a.png", size: 3, type: "image/png" };
  const upload = { file, share: 0.5, said: "" };
  const [, , row] = rowsOf({
    items: [],
    unsent: [{ clientId: "c1", text: "", at: 0, failed: true, why: "too_big", upload }],
    me: 1,
    firstUnread: null,
    lastUnread: null,
    readUpTo: 0,
    whole: true,
    seams: new Set(),
  });
  expect(row).toMatchObject({ kind: "message", text: "", file: null, upload, progress: "failed" });
});

test("every reason has words in both languages", () => {
  expect(Object.keys(en.refusals)).toEqual(Object.keys(ru.refusals));
});
