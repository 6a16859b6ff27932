// The frame with the application, and what is said to it and heard from it.
import { addressed, type FromFrame, heard, type ToFrame, tell } from "../messages.ts";

/** A frame that has said nothing for this long is not coming, in milliseconds. */
const PATIENCE = 15_000;

export interface FrameEar {
  heard(said: FromFrame): void;
  /** Nothing has come: no network, or the server does not let this site show the frame. */
  failed(): void;
}

export class Frame {
  readonly element: HTMLIFrameElement = document.createElement("iframe");
  readonly #origin: string;
  readonly #nonce: string = crypto.getRandomValues(new Uint32Array(4)).join("-");
  readonly #ear: FrameEar;
  readonly #address: string;
  /** The application is there, and hears. */
  #isReady = false;
  #timer = 0;

  constructor(server: string, ear: FrameEar) {
    this.#origin = new URL(server).origin;
    this.#ear = ear;
    this.#address = `${server}/widget/${addressed(this.#nonce, location.origin)}`;
    addEventListener("message", this.#hear);
  }

  load(): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#ear.failed(), PATIENCE);
    this.element.src = this.#address;
  }

  say(said: ToFrame): void {
    const { contentWindow } = this.element;
    if (this.#isReady && contentWindow) tell(contentWindow, this.#origin, this.#nonce, said);
  }

  end(): void {
    clearTimeout(this.#timer);
    removeEventListener("message", this.#hear);
    this.element.remove();
  }

  readonly #hear = (event: MessageEvent): void => {
    const said = heard<FromFrame>(event, this.element.contentWindow, this.#origin, this.#nonce);
    if (!said) return;
    if (said.type === "hello") {
      clearTimeout(this.#timer);
      this.#isReady = true;
    }
    this.#ear.heard(said);
  };
}
