// <beseda-chat room="order:2" token-url="/chat-token">: a room that stands in the page, for pages that a server writes.
import type { RoomInPage } from "../panel/room.ts";
import type { GetToken } from "./identity.ts";
import { rest } from "./later.ts";

/** The element, for chats of this server. */
export function roomElement(server: string): CustomElementConstructor {
  return class BesedaChat extends HTMLElement {
    static readonly observedAttributes = ["room", "lang", "theme"];
    /** In place of `token-url`: the page's own way to a token. */
    getToken: GetToken | null = null;
    #room: RoomInPage | null = null;

    async connectedCallback(): Promise<void> {
      const { showRoom } = await rest(server);
      if (this.isConnected) this.#room ??= showRoom(this, server, this.getToken);
    }

    disconnectedCallback(): void {
      this.#room?.end();
      this.#room = null;
    }

    attributeChangedCallback(): void {
      this.#room?.change();
    }
  };
}
