// What the frame shows: a form for who is not known yet, else their conversation.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { inkOn } from "../colour.ts";
import type { Lang, Look, Wishes } from "../messages.ts";
import { Around, useAround } from "./context.ts";
import type { Host } from "./host.ts";
import { Known } from "./Known.tsx";
import { later } from "./later.tsx";
import { Skeleton } from "./Skeleton.tsx";
import { useWatched } from "./useWatched.ts";
import type { Words } from "./words/ru.ts";

const Stranger = later(async () => (await import("./Stranger.tsx")).Stranger, Skeleton);

export function App({ host, server }: { host: Host; server: string }): JSX.Element | null {
  const place = useWatched(host);
  useLook(place?.look, place?.wishes);
  const words = useDictionary(place?.look.lang);
  if (!place || !words) return null;
  return (
    <Around.Provider value={{ host, place, server, words }}>
      <Escape>
        <Content />
      </Escape>
    </Around.Provider>
  );
}

/** The page draws itself as the page around it says. */
function useLook(look: Look | undefined, wishes: Wishes | undefined): void {
  useLayoutEffect(() => {
    const { documentElement: root } = document;
    if (!look || !wishes) return;
    root.lang = look.lang;
    root.dataset.bsTheme = look.theme;
    document.title = wishes.title || "Beseda";
    // Among the landmarks of the page around, it is told apart by its name.
    const main = document.querySelector("main");
    if (main) main.ariaLabel = document.title;
    if (!wishes.accent) return;
    root.style.setProperty("--fill", wishes.accent);
    root.style.setProperty("--on-fill", inkOn(wishes.accent));
  }, [look, wishes]);
}

/** Esc closes what is open, unless somebody further inside had a use for it. */
function Escape({ children }: { children: ComponentChildren }): JSX.Element {
  const { host, place } = useAround();
  const { isInline } = place;
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      const isTaken = event.defaultPrevented || event.isComposing || isInline;
      if (event.key === "Escape" && !isTaken) host.say({ type: "close" });
    };
    addEventListener("keydown", key);
    return () => removeEventListener("keydown", key);
  }, [host, isInline]);
  return <>{children}</>;
}

function Content(): JSX.Element {
  const { who } = useAround().place;
  return who.by === "visitor" && who.token === null ? <Stranger /> : <Known />;
}

/** The words of the language; those of the one before until they have come. */
function useDictionary(lang: Lang | undefined): Words | null {
  const [words, setWords] = useState<Words | null>(null);
  useEffect(() => {
    let isWanted = true;
    const came = (told: Words) => isWanted && setWords(told);
    if (lang === "ru") void import("./words/ru.ts").then(({ ru }) => came(ru));
    if (lang === "en") void import("./words/en.ts").then(({ en }) => came(en));
    return () => {
      isWanted = false;
    };
  }, [lang]);
  return words;
}
