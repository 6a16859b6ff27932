// What a search compares, and how what it found is cut into pieces.
import { describe, expect, test } from "vitest";
import { excerptOf, type Hit, hitsIn, isAskable, piecesOf, roomsBy } from "../src/search/find.ts";

/** The pieces as one text, the hits in brackets. */
const marked = (pieces: ReturnType<typeof piecesOf>) =>
  pieces.map(({ text, isHit }) => (isHit ? `[${text}]` : text)).join("");

describe("pieces", () => {
  test.each<[string, Hit[], string]>([
    ["мой заказ здесь", [[4, 9]], "мой [заказ] здесь"],
    ["заказ", [[0, 5]], "[заказ]"],
    ["ничего", [], "ничего"],
    ["", [[0, 3]], ""],
    // After an emoji the offsets of the server count its two units.
    ["👍 заказ", [[3, 8]], "👍 [заказ]"],
    // Out of order, overlapping, empty, and past the end.
    [
      "раз два три",
      [
        [8, 99],
        [0, 3],
      ],
      "[раз] два [три]",
    ],
    [
      "раздва",
      [
        [0, 4],
        [2, 6],
      ],
      "[разд][ва]",
    ],
    ["раз", [[1, 1]], "раз"],
  ])("%s at %j: %s", (text, hits, told) => expect(marked(piecesOf(text, hits))).toBe(told));

  test("a hit that ends inside of an emoji takes all of it", () => {
    expect(marked(piecesOf("а👍б", [[0, 2]]))).toBe("[а👍]б");
    expect(marked(piecesOf("а👍б", [[2, 4]]))).toBe("а[👍б]");
  });

  test("each piece says where it begins", () => {
    expect(piecesOf("👍 да", [[3, 5]]).map(({ at }) => at)).toEqual([0, 3]);
  });
});

describe("the part of a message around what was found", () => {
  test("a short one is whole", () => {
    expect(marked(excerptOf("мой заказ", [[4, 9]]))).toBe("мой [заказ]");
  });

  test("a long one begins at a word before the first hit, and ends with a sign that it goes on", () => {
    const text = `${"слово ".repeat(50)}заказ ${"дальше ".repeat(50)}`;
    const told = marked(excerptOf(text, [[300, 305]]));
    expect(told).toMatch(/^…(слово )+\[заказ\] (дальше )+[а-я]*…$/);
    expect(told.length).toBeLessThan(260);
  });

  test("no emoji is cut in two", () => {
    for (const before of ["", "а"]) {
      const text = `${before}${"👍".repeat(100)}заказ${"👍".repeat(200)}`;
      const from = before.length + 200;
      const told = marked(excerptOf(text, [[from, from + 5]]));
      expect(told).toContain("[заказ]");
      expect(told).not.toMatch(
        /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/,
      );
    }
  });

  test("a long one in which nothing is marked begins at its beginning", () => {
    expect(marked(excerptOf("а".repeat(300), []))).toBe(`${"а".repeat(240)}…`);
  });
});

describe("rooms", () => {
  const rooms = [
    { title: "Семён Рябов", name: "" },
    { title: "Заказ #17", name: "Борис Орлов" },
    { title: "10 «Б», алгебра", name: "" },
  ];
  const found = (typed: string) => roomsBy(rooms, typed).map(({ title }) => title);

  test.each([
    ["семен", "Семён Рябов"],
    ["СЕМЁН", "Семён Рябов"],
    ["семе\u0308н".normalize("NFD"), "Семён Рябов"],
    ["рябов сем", "Семён Рябов"],
    ["заказ 17", "Заказ #17"],
    ["#17", "Заказ #17"],
    ["орлов", "Заказ #17"],
    ["алгебра", "10 «Б», алгебра"],
  ])("%s finds %s", (typed, title) => expect(found(typed)).toEqual([title]));

  test("a title whose marks are signs of their own is found as any other", () => {
    const apart = { title: "Андрей".normalize("NFD"), name: "" };
    expect(roomsBy([apart], "андрей")).toEqual([apart]);
  });

  test("every word is needed, and no word finds nothing", () => {
    expect(found("семён орлов")).toEqual([]);
    expect(found("  # ")).toEqual([]);
  });

  test("they stay in their order", () => {
    expect(found("а")).toEqual(["Заказ #17", "10 «Б», алгебра"]);
  });
});

test("words are marked in names", () => {
  expect(marked(piecesOf("Семён Рябов", hitsIn("Семён Рябов", "ряб семен")))).toBe(
    "[Семён] [Ряб]ов",
  );
  // Where the offsets would be wrong there are none.
  expect(hitsIn("Семён".normalize("NFD"), "семен")).toEqual([]);
});

test.each([
  ["се", true],
  ["10", true],
  [" с ", false],
  ["е\u0308", false],
  ["!!", false],
  ["", false],
])("%j may be asked: %s", (typed, may) => expect(isAskable(typed)).toBe(may));
