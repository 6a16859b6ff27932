// Who is heard: the window that was meant, at the origin that was meant, who knows the word that was given to them.
import { describe, expect, test } from "vitest";
import { addressed, addressee, type FromFrame, heard, tell } from "../src/messages.ts";

const CHAT = "https://chat.example";
const said: FromFrame = { type: "visitor", token: "t" };

/** A window that only keeps what is sent to it. */
function fakeWindow() {
  const got: { message: unknown; origin: string }[] = [];
  const postMessage = (message: unknown, origin: string) => got.push({ message, origin });
  return { got, window: { postMessage } as unknown as Window };
}

function event(source: Window | null, origin: string, data: unknown): MessageEvent {
  return { source, origin, data } as unknown as MessageEvent;
}

describe("what is told", () => {
  test("goes to one origin alone, and is heard there", () => {
    const { got, window } = fakeWindow();
    tell(window, CHAT, "n", said);
    expect(got.map(({ origin }) => origin)).toEqual([CHAT]);
    expect(heard(event(window, CHAT, got[0]?.message), window, CHAT, "n")).toEqual(said);
  });

  test.each<[string, (window: Window) => MessageEvent]>([
    ["another window", () => event(fakeWindow().window, CHAT, { beseda: "n", said })],
    ["no window", () => event(null, CHAT, { beseda: "n", said })],
    [
      "another origin",
      (window) => event(window, "https://chat.example.evil", { beseda: "n", said }),
    ],
    ["another port", (window) => event(window, `${CHAT}:444`, { beseda: "n", said })],
    ["a guess", (window) => event(window, CHAT, { beseda: "m", said })],
    ["a text", (window) => event(window, CHAT, "n")],
    ["nothing", (window) => event(window, CHAT, null)],
  ])("is not heard from %s", (_, make) => {
    const { window } = fakeWindow();
    expect(heard(make(window), window, CHAT, "n")).toBeNull();
  });

  test("is heard from nobody where there is no frame", () => {
    expect(heard(event(null, CHAT, { beseda: "n", said }), null, CHAT, "n")).toBeNull();
  });
});

describe("the address of a frame", () => {
  test("names the page around it", () => {
    const origin = "https://shop.example:8443";
    expect(addressee(addressed("1-2-3", origin))).toEqual({ nonce: "1-2-3", origin });
  });

  test.each(["", "#", "#n", "#,https://shop.example"])("says nobody: %j", (hash) => {
    expect(addressee(hash)).toBeNull();
  });
});
