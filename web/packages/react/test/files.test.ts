// Files: sizes, names, and the rows of what is on its way.
import type { ChatFile, Unsent } from "@beseda/client";
import { describe, expect, test } from "vitest";
import { shownFile, shownUpload, sizeText, splitName } from "../src/files.ts";
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

test("a message on its way stands in the thread with its files", () => {
  const upload = { file: { name: "a.png", size: 3, type: "image/png" }, share: 0.5, id: null };
  const unsent: Unsent = {
    client_id: "c1",
    room: "order:17",
    text: "",
    at: 0,
    reply_to: null,
    mentions: [],
    custom: null,
    files: [upload],
    state: "refused",
    why: "too_big",
    detail: "",
    seq: 0,
  };
  const [, , row] = rowsOf({
    shown: [],
    unsent: [unsent],
    self: "1",
    fresh: null,
    missed: 0,
    readBy: 0,
    deliveredTo: 0,
    whole: true,
    seams: new Set(),
  });
  expect(row).toMatchObject({ kind: "message", text: "", unsent, progress: "failed" });
  expect(shownUpload(upload, 0)).toMatchObject({ name: "a.png", isPicture: true, path: null });
});

test("a file is a picture where there is a small one, and comes from this server alone", () => {
  const file: ChatFile = {
    id: "f1",
    name: "кот.png",
    media: "image/png",
    bytes: 3,
    width: 4,
    height: 3,
    url: "/files/1/%D0%BA%D0%BE%D1%82.png",
    thumbnail_url: "/files/1/%D0%BA%D0%BE%D1%82.png?view=thumbnail",
    blur: null,
  };
  const path = "/files/1/%D0%BA%D0%BE%D1%82.png";
  expect(shownFile(file)).toMatchObject({ path, small: `${path}?view=thumbnail`, isPicture: true });
  expect(shownFile({ ...file, thumbnail_url: null })).toMatchObject({ small: null });
  // Contract 4 tells the address alone.
  const bare = { ...file, media: "image/*", width: null, height: null, thumbnail_url: null };
  expect(shownFile(bare)).toMatchObject({ small: `${path}?view=thumbnail`, isPicture: true });
  const foreign = "https://elsewhere.example/files/1/a.png";
  expect(shownFile({ ...file, url: foreign, thumbnail_url: foreign })).toMatchObject({
    path: null,
    small: null,
  });
});

test("every reason has words in both languages", () => {
  expect(Object.keys(en.refusals)).toEqual(Object.keys(ru.refusals));
  expect(Object.keys(en.reasons)).toEqual(Object.keys(ru.reasons));
});
