// Words: plurals, dates, links, groups.
import type { Message, Person, Unsent } from "@beseda/client";
import { describe, expect, test } from "vitest";
import { linkify } from "../src/linkify.ts";
import { hueOf, initialsOf } from "../src/people.ts";
import { type MessageRow, type RowSource, rowsOf } from "../src/rows.ts";
import { clock, dateAndClock, dayName } from "../src/time.ts";
import { en } from "../src/words/en.ts";
import { plural } from "../src/words/plural.ts";
import { ru } from "../src/words/ru.ts";

describe("plurals", () => {
  test.each([
    [1, "1 новое сообщение"],
    [2, "2 новых сообщения"],
    [5, "5 новых сообщений"],
    [11, "11 новых сообщений"],
    [21, "21 новое сообщение"],
    [111, "111 новых сообщений"],
  ])("%i in Russian", (count, said) => {
    expect(plural("ru", count, ru.arrived)).toBe(said);
  });
  test("English", () => {
    expect(plural("en", 1, en.arrived)).toBe("1 new message");
    expect(plural("en", 21, en.arrived)).toBe("21 new messages");
  });
});

test("the document's own words are kept to the letter", () => {
  expect([ru.typing, ru.placeholder, ru.send, ru.noMessages, ru.openChat, ru.orderChat]).toEqual([
    "Печатает...",
    "Введите сообщение...",
    "Отправить",
    "Нет сообщений",
    "Открыть чат",
    "Чат по заказу",
  ]);
  expect(ru.order("17")).toBe("Заказ #17");
  expect([ru.order("3f2c9b1e"), en.order("3f2c9b1e")]).toEqual([
    "Заказ #3f2c9b1e",
    "Order #3f2c9b1e",
  ]);
});

describe("dates", () => {
  const at = new Date(2026, 2, 5, 7, 4);
  test("numbers", () => {
    expect(clock(at)).toBe("07:04");
    expect(dateAndClock(at)).toBe("05.03.2026 07:04");
  });
  test("names of days", () => {
    const names = { today: "Сегодня", yesterday: "Вчера" };
    expect(dayName(at, new Date(2026, 2, 5, 23), "ru", names)).toBe("Сегодня");
    expect(dayName(at, new Date(2026, 2, 6, 0, 1), "ru", names)).toBe("Вчера");
    expect(dayName(at, new Date(2026, 2, 9), "ru", names)).toBe("5 марта");
    expect(dayName(at, new Date(2027, 2, 9), "en", names)).toBe("5 March 2026");
  });
});

describe("links", () => {
  const links = (text: string) =>
    linkify(text)
      .filter(({ href }) => href)
      .map(({ text: shown, href }) => [shown, href]);

  test("are found, without the sentence around them", () => {
    expect(links("см. https://a.example/x_(y), и http://b.example.")).toEqual([
      ["https://a.example/x_(y)", "https://a.example/x_(y)"],
      ["http://b.example", "http://b.example/"],
    ]);
    expect(links("(www.a.example)")).toEqual([["www.a.example", "https://www.a.example/"]]);
    expect(links("пишите на me@a.example!")).toEqual([["me@a.example", "mailto:me@a.example"]]);
  });

  test.each([
    ["«https://a.example»", "https://a.example"],
    ["„https://a.example“ и ‘https://a.example’", "https://a.example"],
    ["{https://a.example}", "https://a.example"],
    ["https://a.example—смотри", "https://a.example"],
    ["https://a.example。見て", "https://a.example"],
    ["https://a.example/путь?q=1", "https://a.example/путь?q=1"],
    ["“https://a.example/x”", "https://a.example/x"],
    ["https://a.example/x（см. ниже）", "https://a.example/x"],
    ["https://a.example/x – смотри", "https://a.example/x"],
    [
      "https://ru.wikipedia.org/wiki/Дом_(значения)",
      "https://ru.wikipedia.org/wiki/Дом_(значения)",
    ],
    [
      "(https://ru.wikipedia.org/wiki/Дом_(значения))",
      "https://ru.wikipedia.org/wiki/Дом_(значения)",
    ],
    ["(https://a.example/x)и дальше", "https://a.example/x"],
    ["[текст](https://a.example/x)[2]", "https://a.example/x"],
    ["https://a.example/x(", "https://a.example/x"],
    ["https://[::1]:8080/x", "https://[::1]:8080/x"],
  ])("%s ends where it should", (text, shown) => {
    for (const [found] of links(text)) expect(found).toBe(shown);
    expect(links(text).length).toBeGreaterThan(0);
  });

  test("one behind the bracket that ended another is found as well", () => {
    const text = "[a](https://a.example/x)(https://b.example/y).";
    expect(links(text).map(([shown]) => shown)).toEqual([
      "https://a.example/x",
      "https://b.example/y",
    ]);
  });

  test("numbers that say their country are called, others are not", () => {
    expect(links("звоните +7 (900) 123-45-67, до 18")).toEqual([
      ["+7 (900) 123-45-67", "tel:+79001234567"],
    ]);
    expect(links("tel:88005553535")).toEqual([["tel:88005553535", "tel:88005553535"]]);
    expect(links("+7 900 123-45-67 18 мая и +44 20 7946 0958").map(([, href]) => href)).toEqual([
      "tel:+79001234567",
      "tel:+442079460958",
    ]);
    for (const text of [
      "заказ 1234567890",
      "tel:---",
      "+7 900 123-45-6",
      "1+79001234567",
      "+7 900",
      "+7900123456789012345",
    ]) {
      expect(links(text), text).toEqual([]);
    }
  });

  test("an address in Cyrillic is one", () => {
    expect(links("пишите: имя@почта.рф.").map(([shown]) => shown)).toEqual(["имя@почта.рф"]);
    expect(links("сайт https://почта.рф/").map(([, href]) => href)).toEqual([
      "https://xn--80a1acny.xn--p1ai/",
    ]);
  });

  test.each([..."\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069"])(
    "what turns a link around is shown: %j",
    (mark) => {
      const name = `[U+${mark.charCodeAt(0).toString(16).toUpperCase()}]`;
      expect(links(`https://a.example/${mark}gpj.exe`).map(([shown]) => shown)).toEqual([
        `https://a.example/${name}gpj.exe`,
      ]);
      // Beside a link it is nobody's business.
      expect(linkify(`${mark} https://a.example`)[0]?.text).toBe(`${mark} `);
    },
  );

  test("the longest text is read in a moment, whatever is in it", () => {
    const of = (piece: string) => piece.repeat(Math.ceil(10_000 / piece.length));
    const texts = [
      ")",
      "(",
      "[]",
      ".",
      "mailto:",
      "www.",
      "a@",
      "a@a.",
      "+1 ",
      "tel:(",
      ")https://a",
    ];
    const begun = performance.now();
    for (const text of texts.map(of)) linkify(`https://a.example/${text} ${text}`);
    expect(performance.now() - begun).toBeLessThan(1000);
  });

  test("the pieces make the whole text", () => {
    const text = "до https://a.example после me@a.example\nи http://";
    expect(
      linkify(text)
        .map((piece) => piece.text)
        .join(""),
    ).toBe(text);
  });

  test.each([
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "https://bank.example@evil.example/",
    "blob:https://a.example/1",
    "//evil.example",
    "ftp://a.example",
    "http://",
    "https://[",
  ])("%s is only text", (text) => {
    expect(links(text)).toEqual([]);
  });

  test("quotes and brackets end a link, so nothing of it can leave the attribute", () => {
    expect(links('https://a.example/"onmouseover="alert(1)')).toEqual(
      [["https://a.example", "https://a.example/"]].map(() => [
        "https://a.example/",
        "https://a.example/",
      ]),
    );
  });
});

test("people", () => {
  expect(initialsOf("Мария Иванова")).toBe("МИ");
  expect(initialsOf("a@b.example")).toBe("AB");
  expect(initialsOf("")).toBe("");
  expect(initialsOf("😀 (Мария) «Иванова»")).toBe("МИ");
  expect(initialsOf("e\u0301va 2")).toBe("E\u03012");
  expect(initialsOf("— !")).toBe("");
  // A syllable of three characters, and a digit that is a picture.
  expect(initialsOf("\u1112\u1161\u11AB")).toBe("\u1112\u1161\u11AB");
  expect(initialsOf("1\uFE0F\u20E3 7-й отдел")).toBe("7О");
  expect(initialsOf("👩‍🔧мастер")).toBe("М");
  expect(hueOf("7")).toBe(hueOf("7"));
  expect(hueOf("123456789")).toBeLessThan(8);
});

describe("the hue of a text", () => {
  const uuid = (n: number) => `3f2c9b1e-7d54-4e0a-9c11-${n.toString(16).padStart(12, "0")}`;

  test("is one of the eight, and always the same", () => {
    for (const id of [uuid(1), "auth0|5f7c", "я", "😀", "ab".repeat(64)]) {
      expect([0, 1, 2, 3, 4, 5, 6, 7]).toContain(hueOf(id));
      expect(hueOf(id)).toBe(hueOf(id));
    }
  });

  test("is not one for all", () => {
    const hues = Array.from({ length: 100 }, (_, n) => hueOf(uuid(n)));
    expect(new Set(hues).size).toBeGreaterThanOrEqual(5);
  });

  test("whoever is deleted keeps the hue of a number", () => {
    for (const id of [1, 6, 7, 2 ** 40 + 3]) expect(hueOf(`${-id}`)).toBe(hueOf(`${id}`));
  });
});

describe("rows", () => {
  const base = new Date(2026, 2, 5, 12, 0).getTime();
  const person = (id: string): Person => ({
    id,
    name: `Имя${id}`,
    first_name: "",
    last_name: "",
    avatar_url: null,
    role: "",
    active: true,
    custom: null,
  });
  const message = (seq: number, author: string | null, minutes: number): Message => ({
    room: "order:5",
    seq,
    head: seq,
    sent: seq,
    author: author === null ? null : person(author),
    kind: author === null ? "system" : "text",
    text: `текст ${seq}`,
    files: [],
    reply_to: null,
    mentions: [],
    reactions: [],
    pinned: null,
    custom: null,
    created_at: new Date(base + minutes * 60_000).toISOString(),
    edited_at: null,
    erased_at: null,
    client_id: null,
  });
  const source = (shown: Message[], change: Partial<RowSource> = {}): RowSource => ({
    shown,
    unsent: [],
    self: "1",
    fresh: null,
    missed: 0,
    readBy: 0,
    deliveredTo: 0,
    whole: true,
    seams: new Set(),
    ...change,
  });
  const messagesIn = (wanted: RowSource) =>
    rowsOf(wanted).filter((row): row is MessageRow => row.kind === "message");
  const shape = (wanted: RowSource) =>
    rowsOf(wanted).map((row) =>
      row.kind === "message"
        ? `${row.message?.seq}${row.head ? "^" : ""}${row.tail ? "_" : ""}`
        : row.kind,
    );

  test("groups of one person within ten minutes", () => {
    const shown = [
      message(1, "1", 0),
      message(2, "1", 10),
      message(3, "1", 21),
      message(4, "2", 21),
    ];
    expect(shape(source(shown))).toEqual(["beginning", "day", "1^", "2_", "3^_", "4^_"]);
  });

  test("what nobody wrote is nobody's own, and breaks groups", () => {
    const shown = [
      message(1, "1", 0),
      message(2, null, 1),
      message(3, null, 2),
      message(4, "1", 3),
      message(5, "1", 4),
    ];
    expect(shape(source(shown))).toEqual(["beginning", "day", "1^_", "2^", "3_", "4^", "5_"]);
    const rows = messagesIn(source(shown, { self: "", fresh: { after: 1, last: 3 } }));
    expect(rows.filter(({ author }) => author === null)).toMatchObject([
      { mine: false, progress: null, unread: true, name: "" },
      { mine: false, progress: null, unread: true, name: "" },
    ]);
  });

  test("one's own are those of one's own id, to the letter", () => {
    const shown = [message(1, "7", 0), message(2, "auth0|Я", 1), message(3, "auth0|я", 2)];
    const mine = (self: string) => messagesIn(source(shown, { self })).map((row) => row.mine);
    expect(mine("7")).toEqual([true, false, false]);
    expect(mine("auth0|Я")).toEqual([false, true, false]);
  });

  test("days and the unread line break groups", () => {
    const shown = [message(1, "2", 0), message(2, "2", 1), message(3, "2", 24 * 60)];
    const fresh = { after: 1, last: 3 };
    expect(shape(source(shown, { fresh, whole: false }))).toEqual([
      "1^_",
      "unread",
      "2^_",
      "day",
      "3^_",
    ]);
  });

  test("the unread line stands before the first message of somebody else that is unread", () => {
    const shown = [message(1, "2", 0), message(2, "1", 1), message(3, "2", 2)];
    const rows = rowsOf(source(shown, { fresh: { after: 1, last: 3 }, missed: 1 }));
    expect(rows.map(({ key }) => key)).toEqual(["beginning", "day-m1", "m1", "m2", "unread", "m3"]);
    expect(rows.find(({ kind }) => kind === "unread")).toMatchObject({ count: 1 });
    const marked = rows.filter((row) => row.kind === "message" && row.unread);
    expect(marked.map(({ key }) => key)).toEqual(["m3"]);
  });

  test("the unread block runs from its first message to its last, whoever wrote between", () => {
    const authors = ["2", "2", "1", "2", "2"];
    const shown = authors.map((author, index) => message(index + 1, author, index));
    const unread = messagesIn(source(shown, { fresh: { after: 1, last: 4 } }));
    expect(unread.filter((row) => row.unread).map((row) => row.key)).toEqual(["m2", "m3", "m4"]);
  });

  test("a row that was first keeps its look when others come before it", () => {
    const seams = new Set([2]);
    const look = (wanted: RowSource) => messagesIn(wanted).find((row) => row.message?.seq === 2);
    const [first, second] = [message(1, "2", 0), message(2, "2", 1)];
    const before = look(source([second], { whole: false, seams }));
    expect(look(source([first, second], { whole: false, seams }))).toEqual(before);
  });

  test("ticks: stored, delivered, read, on the way, failed", () => {
    const shown = [message(1, "1", 0), message(2, "1", 1), message(3, "1", 2), message(4, "2", 3)];
    const entry = (client_id: string, state: Unsent["state"]): Unsent => ({
      client_id,
      room: "order:5",
      text: "",
      at: base,
      reply_to: null,
      mentions: [],
      custom: null,
      files: [],
      state,
      why: "",
      detail: "",
      seq: 0,
    });
    const unsent = [entry("a", "waiting"), entry("b", "refused")];
    const rows = messagesIn(source(shown, { unsent, readBy: 1, deliveredTo: 2 }));
    expect(rows.map(({ progress }) => progress)).toEqual([
      "read",
      "delivered",
      "stored",
      null,
      "pending",
      "failed",
    ]);
  });

  test("a time that cannot be read costs its row nothing else", () => {
    const odd = { ...message(1, "2", 0), created_at: "gestern" };
    expect(messagesIn(source([odd, message(2, "2", 1)])).map(({ text }) => text)).toEqual([
      "текст 1",
      "текст 2",
    ]);
  });
});
