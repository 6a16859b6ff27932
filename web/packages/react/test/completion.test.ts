// Completion: which word asks for it, what is offered, and whom a text mentions.
import { describe, expect, test, vi } from "vitest";
import { mentionsIn } from "../src/completion/mentions.ts";
import { queryAt, ranked, type Trigger } from "../src/completion/query.ts";
import { cannedSource, emojiBy, fillIn, peopleSource } from "../src/completion/sources.ts";
import type { Emoji } from "../src/emoji/data.ts";

const ALL: Trigger[] = [":", "@", "/"];

describe("the word at the caret", () => {
  /** `|` is the caret. */
  const asked = (told: string) => {
    const query = queryAt(told.replace("|", ""), told.indexOf("|"), ALL);
    return query && query.trigger + query.text;
  };

  test.each([
    [":sm|", ":sm"],
    ["так :улы|", ":улы"],
    ["(:+1|", ":+1"],
    ["@|", "@"],
    ["привет, @Ан|", "@Ан"],
    ["@Анна Пет|", "@Анна Пет"],
    ["@Жан-Поль д’Арк|", "@Жан-Поль д’Арк"],
    ["„@Анна|", "@Анна"],
    ["/|", "/"],
    ["Добрый день\n/при|", "/при"],
    ["да /срок| завтра", "/срок"],
    [`${"а".repeat(500)} @Ан|`, "@Ан"],
  ])("%s asks for %s", (told, query) => expect(asked(told)).toBe(query));

  test.each([
    "me@example|",
    "пишите на имя@почта|",
    `${"a".repeat(60)}@b|`,
    "12:30|",
    "в 12:30ч|",
    "https://exa|",
    "см. http:|",
    "Итог:да|",
    ":|",
    ":s|",
    ":-)|",
    "::sm|",
    "и/или|",
    "1/2|",
    "/etc/pass|",
    "//sm|",
    "@ Анна|",
    "@Анна |",
    "@раз два три четыре|",
    `@${"а".repeat(41)}|`,
    ":sm|ile",
    "@Ан|на",
    "просто слова|",
    "|",
  ])("%s asks for nothing", (told) => expect(asked(told)).toBeNull());

  test("says what is to be replaced", () => {
    expect(queryAt("ну :smile!", 9, ALL)).toEqual({
      trigger: ":",
      start: 3,
      end: 9,
      text: "smile",
    });
  });

  test("asks only for what there is", () => {
    expect(queryAt("/при", 4, [":", "@"])).toBeNull();
  });
});

test("beginnings stand before beginnings of words, and those before the rest", () => {
  const names = ["Иван Петров", "Петр", "Артем Перепетов", "Анна"];
  expect(ranked(names, "ПЕТ", (name) => [name], 9)).toEqual([
    "Петр",
    "Иван Петров",
    "Артем Перепетов",
  ]);
  expect(ranked(names, "", (name) => [name], 2)).toEqual(["Иван Петров", "Петр"]);
  expect(ranked(["Артём"], "арте", (name) => [name], 9)).toEqual(["Артём"]);
  expect(ranked(["a+b (c)"], "(c", (name) => [name], 9)).toEqual(["a+b (c)"]);
});

test("emoji are found by shortcode, by label, and by other words for them", () => {
  const emoji = (sign: string, label: string, tags: string[], shortcodes: string[]): Emoji => ({
    ...{ emoji: sign, label, tags, shortcodes },
    ...{ category: 0, version: 1, skins: [] },
  });
  const all = [
    emoji("😄", "Смеётся", ["улыбка"], ["smile"]),
    emoji("😺", "Улыбающийся кот", ["морда"], ["smile_cat"]),
    emoji("❤️‍🔥", "Горящее сердце", [], ["heart_on_fire"]),
    emoji("❤️", "Красное сердце", ["любовь"], ["heart"]),
  ];
  const found = (query: string) => emojiBy(all, query).map((one) => one.emoji);
  expect(found("smile")).toEqual(["😄", "😺"]);
  expect(found("heart")).toEqual(["❤️", "❤️‍🔥"]);
  expect(found("heart_on")).toEqual(["❤️‍🔥"]);
  expect(found("улыб")).toEqual(["😺", "😄"]);
  expect(found("смеет")).toEqual(["😄"]);
  expect(found("zz")).toEqual([]);
});

test("whoever is picked is heard of, and put in by name", async () => {
  const picked = vi.fn();
  const people = [
    { id: "7", name: "Анна Петрова", hint: "менеджер" },
    { id: "8", name: "Борис" },
  ];
  const [anna] = await peopleSource(people, picked).find("петр");
  expect(anna).toMatchObject({ label: "Анна Петрова", hint: "менеджер", insert: "@Анна Петрова " });
  anna?.picked?.();
  expect(picked).toHaveBeenCalledWith({ id: "7", name: "Анна Петрова" });
});

test("a canned reply is put in with its variables filled", async () => {
  const values: Record<string, string> = { "customer.name": "Анна {{order}}", order: "17" };
  const source = cannedSource(
    [{ id: "1", shortcut: "привет", text: "Здравствуйте, {{ customer.name }}!\nЗаказ {{order}}" }],
    (variable) => values[variable] ?? null,
  );
  const [reply] = await source.find("при");
  // What a value holds is no variable.
  expect(reply?.insert).toBe("Здравствуйте, Анна {{order}}!\nЗаказ 17");
  expect(await source.find("нет")).toEqual([]);
  expect(fillIn("{{nobody}} {{ }} {customer.name}", () => null)).toBe(
    "{{nobody}} {{ }} {customer.name}",
  );
});

describe("whom a text mentions", () => {
  const anna = { id: "1", name: "Анна" };
  const petrova = { id: "2", name: "Анна Петрова" };
  const boris = { id: "3", name: "Boris" };
  const all = [anna, petrova, boris];

  test.each([
    ["@Анна, посмотрите", ["1"]],
    ["@Анна Петрова и @Boris.", ["2", "3"]],
    ["@Анна Петрова @Анна", ["1", "2"]],
    ["(@Boris)", ["3"]],
    ["@Boris @Boris", ["3"]],
    ["👍@Boris", ["3"]],
    ["Анна, Boris", []],
    ["@Аннатолий @Boris2", []],
    ["me@Boris", []],
    ["", []],
  ])("%s", (text, ids) => expect(mentionsIn(text, all)).toEqual(ids));

  test("who was taken out of the text is mentioned no more", () => {
    expect(mentionsIn("посмотрите", all)).toEqual([]);
  });

  test("of two with one name the one who was picked last", () => {
    const other = { id: "9", name: "Анна" };
    expect(mentionsIn("@Анна", [anna, other])).toEqual(["9"]);
    expect(mentionsIn("@Анна", [other, anna])).toEqual(["1"]);
    expect(mentionsIn("@Анна и @Анна", [anna, other])).toEqual(["1", "9"]);
    expect(mentionsIn("@Анна и @Анна", [anna, anna])).toEqual(["1"]);
  });

  test("nobody without a name", () => {
    expect(mentionsIn("@", [{ id: "5", name: "" }])).toEqual([]);
  });
});
