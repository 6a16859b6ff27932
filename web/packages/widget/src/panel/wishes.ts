// What the application has to know of what the host says, in the attributes of the script's tag.
import { colourOf } from "../colour.ts";
import type { Ask, Lang, Wishes } from "../messages.ts";

export function wishesOf(said: DOMStringMap, lang: Lang): Wishes {
  return {
    title: said.title || (lang === "ru" ? "Напишите нам" : "Write to us"),
    note: said.note ?? "",
    name: askOf(said.name, "required"),
    email: askOf(said.email, "optional"),
    consent: said.consent ?? "",
    consentUrl: webAddress(said.consentUrl),
    accent: colourOf(said.accent),
  };
}

function askOf(said: string | undefined, otherwise: Ask): Ask {
  return said === "required" || said === "optional" || said === "off" ? said : otherwise;
}

/** A whole address on the web, or "". */
function webAddress(said: string | undefined): string {
  if (!said || !URL.canParse(said, location.href)) return "";
  const { protocol, href } = new URL(said, location.href);
  return /^https?:$/.test(protocol) ? href : "";
}
