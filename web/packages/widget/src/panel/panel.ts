// The panel with the frame: what is said to the application, and what it says to the page.
import { button, element, icon } from "../loader/draw.ts";
import { sheet } from "../loader/style.ts";
import type { Page } from "../loader/widget.ts";
import type { FromFrame, Shown } from "../messages.ts";
import { answerToken, onFocus } from "./answer.ts";
import { Frame } from "./frame.ts";
import { lockPage } from "./lock.ts";
import { PANEL } from "./style.ts";
import { wishesOf } from "./wishes.ts";
import { panelWords } from "./words.ts";

/** What the loader asks of it. */
export interface OpenPanel {
  /** It is opened, or closed. */
  show(): void;
  /** Somebody else is here. */
  meet(): void;
  /** The page is about something else. */
  place(): void;
  /** It looks or speaks otherwise. */
  draw(): void;
}

export function openPanel(page: Page): OpenPanel {
  return new FramePanel(page);
}

class FramePanel implements OpenPanel {
  readonly #page: Page;
  readonly #frame: Frame;
  readonly #panel: HTMLElement;
  readonly #wait: HTMLElement;
  readonly #said = element("p", "");
  readonly #again: HTMLElement;
  readonly #close: HTMLElement;
  /** A phone: the chat takes all of it. */
  readonly #small = matchMedia("(max-width: 480px)");
  #unlock: (() => void) | null = null;

  constructor(page: Page) {
    this.#page = page;
    this.#again = button("again", () => this.#load());
    this.#close = button("bar", () => page.close(), icon("m5 5 10 10M15 5 5 15"));
    this.#said.role = "status";
    this.#wait = element("div", "wait", this.#said, this.#again, this.#close);
    this.#frame = new Frame(page.server, {
      heard: (said) => this.#heard(said),
      failed: () => this.#waits("failed"),
    });
    this.#panel = element("div", "panel", this.#frame.element, this.#wait);
    this.#panel.hidden = true;
    this.#panel.role = "dialog";
    this.#panel.ariaLabel = this.#wishes.title;
    this.#panel.onkeydown = ({ key }) => key === "Escape" && page.close();
    page.launcher.shadow.adoptedStyleSheets.push(sheet(PANEL));
    page.launcher.root.append(this.#panel);
    this.draw();
    this.#load();
    onFocus(() => this.#attend());
    this.#small.onchange = () => this.#fill();
    for (const event of ["resize", "scroll"]) {
      visualViewport?.addEventListener(event, () => this.#fit());
    }
  }

  show(): void {
    const { isOpen, takesFocus, launcher } = this.#page;
    this.#panel.hidden = !isOpen;
    // It lies over the button, and gives the focus back to that.
    launcher.button.style.visibility = isOpen ? "hidden" : "";
    this.#fill();
    if (isOpen && takesFocus) (this.#wait.hidden ? this.#frame.element : this.#close).focus();
    this.#frame.say({ type: "shown", ...this.#shown, takesFocus });
  }

  meet(): void {
    this.#frame.say({ type: "who", who: this.#who });
  }

  place(): void {
    this.#frame.say({ type: "context", context: this.#context });
  }

  draw(): void {
    const look = this.#page.look();
    const words = panelWords(look.lang);
    this.#frame.element.title = words.chat;
    this.#again.textContent = words.retry;
    this.#close.ariaLabel = words.close;
    this.#frame.say({ type: "look", look });
  }

  #load(): void {
    this.#waits("connecting");
    this.#frame.load();
  }

  #heard(said: FromFrame): void {
    const { keep, identity } = this.#page;
    switch (said.type) {
      case "hello":
        this.#start();
        break;
      case "ask":
        answerToken(said, identity, (answer) => this.#frame.say(answer));
        break;
      case "visitor":
        keep.set({ visitor: said.token });
        break;
      case "draft":
        keep.set({ drafts: { ...keep.all.drafts, [said.name]: said.text } });
        break;
      case "unread":
        this.#page.unread(said.count);
        break;
      case "focus":
        this.#attend();
        break;
      case "close":
        this.#page.close();
        break;
    }
  }

  #start(): void {
    const { keep, takesFocus } = this.#page;
    this.#waits(null);
    this.#frame.say({
      type: "start",
      wishes: this.#wishes,
      look: this.#page.look(),
      who: this.#who,
      context: this.#context,
      shown: { ...this.#shown, takesFocus },
      drafts: keep.all.drafts,
      isInline: false,
    });
  }

  /** Whether somebody sits before the chat, as far as the page knows. */
  #attend(): void {
    this.#frame.say({ type: "shown", ...this.#shown });
  }

  get #shown(): Shown {
    const { isOpen } = this.#page;
    return { isShown: isOpen, isAttended: document.hasFocus(), takesFocus: false };
  }

  get #wishes() {
    return wishesOf(this.#page.settings.said, this.#page.look().lang);
  }

  get #who() {
    return this.#page.identity.who(this.#page.keep.all.visitor);
  }

  get #context() {
    return { page: location.href, referrer: document.referrer, ...this.#page.context };
  }

  /** What stands in the place of the application until that is there. */
  #waits(state: "connecting" | "failed" | null): void {
    const hadFocus = this.#wait.contains(this.#page.launcher.shadow.activeElement);
    this.#wait.hidden = state === null;
    this.#again.hidden = state !== "failed";
    this.#said.textContent = state ? panelWords(this.#page.look().lang)[state] : "";
    if (state === null && hadFocus) this.#frame.element.focus();
  }

  /** On a phone an open chat fills the screen, and the page behind it is held. */
  #fill(): void {
    const isFull = this.#small.matches && this.#page.isOpen;
    this.#panel.classList.toggle("full", isFull);
    this.#panel.ariaModal = isFull ? "true" : null;
    if (isFull) this.#unlock ??= lockPage();
    else {
      this.#unlock?.();
      this.#unlock = null;
    }
    this.#fit();
  }

  /** The keyboard of a phone covers the page, which a frame in it cannot know. */
  #fit(): void {
    if (!visualViewport || !this.#unlock) return;
    this.#panel.style.setProperty("--high", `${visualViewport.height}px`);
    this.#panel.style.setProperty("--top", `${visualViewport.offsetTop}px`);
  }
}
