// The script that a page brings in: finds where it came from, what the host wishes, and what was asked of it before it was there.
import { roomElement } from "./room.ts";
import { settingsOf } from "./settings.ts";
import { makeWidget } from "./widget.ts";

/** What a page may ask of the widget before it has loaded: `["open"]`, `["setUser", token]`. */
type Command = [name: string, ...said: unknown[]];
type Way = (...said: unknown[]) => unknown;

const script = document.currentScript as HTMLScriptElement | null;
const page = window as { Beseda?: Command[] | Record<string, Way> };
// A page that brings it in twice has one.
if (script && (!page.Beseda || Array.isArray(page.Beseda))) {
  const server = script.src.split("/widget.js")[0] ?? "";
  const { ways, begin } = makeWidget(server, settingsOf(script.dataset));
  const known = ways as unknown as Record<string, Way>;
  const push = (...commands: Command[]) => {
    for (const [name, ...said] of commands) known[name]?.(...said);
  };
  push(...((page.Beseda ?? []) as Command[]));
  page.Beseda = { ...known, push: push as Way };
  customElements.define("beseda-chat", roomElement(server));
  begin();
}
