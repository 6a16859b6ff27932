// Words: plurals, dates, links, groups.
import type { Id, Item, Message } from "@beseda/client/order-rooms";
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
  expect(ru.order(17)).toBe("Заказ #17");
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
  expect(hueOf(7)).toBe(hueOf(7));
  expect(hueOf(123456789)).toBeLessThan(8);
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
    for (const id of [1, 6, 7, 2 ** 40 + 3]) expect(hueOf(-id)).toBe(hueOf(id));
  });
});

describe("rows", () => {
  const base = new Date(2026, 2, 5, 12, 0).getTime();
  const item = (id: number, sender: Id, minutes: number): Item => ({
    message: {
      id,
      room: 5,
      sender: { id: sender, email: "", first_name: "", last_name: "" },
      sender_name: `Имя${sender}`,
      message: `текст ${id}`,
      file: null,
      is_read: false,
      created_at: new Date(base + minutes * 60_000).toISOString(),
    } satisfies Message,
    clientId: null,
    edited: false,
    erased: false,
  });
  const source = (items: Item[], change: Partial<RowSource> = {}): RowSource => ({
    items,
    unsent: [],
    me: 1,
    firstUnread: null,
    lastUnread: null,
    readUpTo: 0,
    whole: true,
    seams: new Set(),
    ...change,
  });
  const shape = (wanted: RowSource) =>
    rowsOf(wanted).map((row) =>
      row.kind === "message" ? `${row.id}${row.head ? "^" : ""}${row.tail ? "_" : ""}` : row.kind,
    );

  test("groups of one person within ten minutes", () => {
    const items = [item(1, 1, 0), item(2, 1, 10), item(3, 1, 21), item(4, 2, 21)];
    expect(shape(source(items))).toEqual(["beginning", "day", "1^", "2_", "3^_", "4^_"]);
  });

  test("what nobody wrote is nobody's own, and breaks groups", () => {
    const nobodys = (id: number, minutes: number): Item => {
      const { message, ...rest } = item(id, 0, minutes);
      return { ...rest, message: { ...message, sender: null, sender_name: "" } };
    };
    const items = [item(1, 1, 0), nobodys(2, 1), nobodys(3, 2), item(4, 1, 3), item(5, 1, 4)];
    expect(shape(source(items))).toEqual(["beginning", "day", "1^_", "2^", "3_", "4^", "5_"]);
    // Nobody is logged in yet: that is no reason to be nobody.
    const rows = rowsOf(source(items, { me: 0, firstUnread: 2, lastUnread: 3 }));
    const notices = rows.filter((row) => row.kind === "message" && row.sender === null);
    expect(notices).toMatchObject([
      { id: 2, mine: false, progress: null, unread: true, name: "" },
      { id: 3, mine: false, progress: null, unread: true, name: "" },
    ]);
  });

  test("a text and a number are two people, and a text is one's own only to the letter", () => {
    const items = [item(1, "7", 0), item(2, 7, 1), item(3, "auth0|Я", 2), item(4, "auth0|я", 3)];
    const mine = (me: Id) =>
      rowsOf(source(items, { me })).flatMap((row) => (row.kind === "message" ? [row.mine] : []));
    expect(mine("7")).toEqual([true, false, false, false]);
    expect(mine(7)).toEqual([false, true, false, false]);
    expect(mine("auth0|Я")).toEqual([false, false, true, false]);
    expect(shape(source(items))).toEqual(["beginning", "day", "1^_", "2^_", "3^_", "4^_"]);
  });

  test("who is deleted is another's bubble with the name, whoever has the number now", () => {
    const items = [item(1, -6, 0), item(2, -6, 1), item(3, 6, 2)];
    const rows = rowsOf(source(items, { me: 6 })).filter((row) => row.kind === "message");
    expect(rows).toMatchObject([
      { sender: -6, name: "Имя-6", mine: false, progress: null, head: true, tail: false },
      { sender: -6, name: "Имя-6", mine: false, progress: null, head: false, tail: true },
      { sender: 6, mine: true, progress: "stored", head: true, tail: true },
    ]);
  });

  test("days and the unread line break groups", () => {
    const items = [item(1, 2, 0), item(2, 2, 1), item(3, 2, 24 * 60)];
    expect(shape(source(items, { firstUnread: 2, whole: false }))).toEqual([
      "1^_",
      "unread",
      "2^_",
      "day",
      "3^_",
    ]);
  });

  test("the unread block runs from its first message to its last, whoever wrote between", () => {
    const items = [item(1, 2, 0), item(2, 2, 1), item(3, 1, 2), item(4, 2, 3), item(5, 2, 4)];
    const rows = rowsOf(source(items, { firstUnread: 2, lastUnread: 4 }));
    const unread = rows.filter((row) => row.kind === "message" && row.unread);
    expect(unread.map((row) => row.key)).toEqual(["m2", "m3", "m4"]);
  });

  test("a row that was first keeps its look when others come before it", () => {
    const seams = new Set([2]);
    const look = (rows: ReturnType<typeof rowsOf>) =>
      rows.find((row): row is MessageRow => row.kind === "message" && row.id === 2);
    const before = look(rowsOf(source([item(2, 2, 1)], { whole: false, seams })));
    const after = look(rowsOf(source([item(1, 2, 0), item(2, 2, 1)], { whole: false, seams })));
    expect(after).toEqual(before);
  });

  test("ticks: stored, read by a mark, on the way, failed", () => {
    const items = [item(1, 1, 0), item(2, 1, 1), item(3, 2, 2)];
    const unsent = [
      { clientId: "a", text: "", at: base, failed: false, why: "" },
      { clientId: "b", text: "", at: base, failed: true, why: "" },
    ];
    const rows = rowsOf(source(items, { unsent, readUpTo: base }));
    const ticks = rows.flatMap((row) => (row.kind === "message" ? [row.progress] : []));
    expect(ticks).toEqual(["read", "stored", null, "pending", "failed"]);
  });
});
