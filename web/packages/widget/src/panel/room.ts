// A room that stands in the page: the same application, as big as its element.
import { type GetToken, Identity } from "../loader/identity.ts";
import { Keep } from "../loader/keep.ts";
import { onDevice, shownTheme } from "../loader/look.ts";
import { langOf, themeOf } from "../loader/settings.ts";
import { sheet } from "../loader/style.ts";
import type { Context, FromFrame, Look, Shown } from "../messages.ts";
import { answerToken, onFocus } from "./answer.ts";
import { Frame } from "./frame.ts";
import { ROOM } from "./style.ts";
import { wishesOf } from "./wishes.ts";
import { panelWords } from "./words.ts";

export interface RoomInPage {
  /** An attribute of its element is another one now. */
  change(): void;
  end(): void;
}

export function showRoom(
  element: HTMLElement,
  server: string,
  getToken: GetToken | null,
): RoomInPage {
  return new FrameInPage(element, server, getToken);
}

class FrameInPage implements RoomInPage {
  readonly #element: HTMLElement;
  readonly #frame: Frame;
  readonly #keep: Keep;
  readonly #identity: Identity;
  readonly #offs: (() => void)[];

  constructor(element: HTMLElement, server: string, getToken: GetToken | null) {
    this.#element = element;
    this.#keep = new Keep(`${server} rooms`);
    this.#identity = new Identity(element.getAttribute("token-url"), true);
    if (getToken) this.#identity.set(getToken);
    this.#frame = new Frame(server, { heard: (said) => this.#heard(said), failed: () => {} });
    this.#frame.element.title = panelWords(this.#look.lang).chat;
    const shadow = element.shadowRoot ?? element.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [sheet(ROOM)];
    shadow.append(this.#frame.element);
    this.#frame.load();
    this.#offs = [onDevice(() => this.change()), onFocus(() => this.#attend())];
  }

  change(): void {
    this.#frame.say({ type: "context", context: this.#context });
    this.#frame.say({ type: "look", look: this.#look });
  }

  end(): void {
    for (const off of this.#offs) off();
    this.#frame.end();
  }

  #heard(said: FromFrame): void {
    if (said.type === "hello") this.#start();
    if (said.type === "focus") this.#attend();
    if (said.type === "ask") answerToken(said, this.#identity, (answer) => this.#frame.say(answer));
    if (said.type === "draft") {
      this.#keep.set({ drafts: { ...this.#keep.all.drafts, [said.name]: said.text } });
    }
    if (said.type === "unread") {
      this.#element.dispatchEvent(new CustomEvent("unread", { detail: said.count }));
    }
  }

  #start(): void {
    this.#frame.say({
      type: "start",
      wishes: { ...wishesOf({}, this.#look.lang), title: this.#element.title },
      look: this.#look,
      who: this.#identity.who(null),
      context: this.#context,
      shown: this.#shown,
      drafts: this.#keep.all.drafts,
      isInline: true,
    });
  }

  #attend(): void {
    this.#frame.say({ type: "shown", ...this.#shown });
  }

  get #shown(): Shown {
    return { isShown: true, isAttended: document.hasFocus(), takesFocus: false };
  }

  get #context(): Context {
    return { room: this.#element.getAttribute("room") ?? "" };
  }

  get #look(): Look {
    const theme = themeOf(this.#element.getAttribute("theme"));
    return { lang: langOf(this.#element.lang), theme: shownTheme(theme) };
  }
}
