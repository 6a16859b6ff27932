// The rest of the widget, which comes when it is needed.
import type { Panel } from "../panel/main.ts";

/** The event by which the script hands over what it brings: nothing of it becomes the page's own. */
export const CAME = "beseda";

let asked: Promise<Panel> | null = null;

/** A classic script, as the loader is: no site has to be allowed to read it. */
export function rest(server: string): Promise<Panel> {
  asked ??= new Promise((done, fail) => {
    const script = document.createElement("script");
    script.src = `${server}/widget/panel.js`;
    script.addEventListener(CAME, (event) => done((event as CustomEvent<Panel>).detail));
    script.onerror = () => {
      asked = null;
      fail();
    };
    document.head.append(script);
  });
  return asked;
}
