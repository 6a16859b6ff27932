// Which of the console's faces is shown: the way in, that it is not for this person, or the queue.
import type { AccountSession } from "@beseda/client";
import {
  CheckFailed,
  LoginForm,
  Settings,
  type SettingsProps,
  useLangChoice,
  useSound,
  useSoundChoice,
  useTheme,
  Waiting,
} from "@beseda/pages";
import { ChatProvider, Icon, useChat, useObserved, useSelf, useSurroundings } from "@beseda/react";
import { type ReactNode, useEffect } from "react";
import { Console } from "./Console.tsx";
import { useDesk } from "./desk.ts";
import { useConsoleWords } from "./words.ts";

/** Where no socket tells of cases, the queue is asked for this often, in milliseconds. */
const POLL = 10_000;

export function App({ session }: { session: AccountSession }): ReactNode {
  const chat = useChat();
  const [theme, onTheme] = useTheme();
  const [lang, onLang] = useLangChoice();
  const [sound, onSound] = useSoundChoice();
  useSurroundings(chat);
  useSound(chat, sound);
  useEffect(() => void chat.start(), [chat]);
  return (
    <ChatProvider lang={lang}>
      <Face session={session} {...{ theme, onTheme, lang, onLang, sound, onSound }} />
    </ChatProvider>
  );
}

type FaceProps = Omit<SettingsProps, "me"> & { session: AccountSession };

function Face({ session, ...choices }: FaceProps): ReactNode {
  const { state, me, trouble } = useObserved(session);
  const words = useConsoleWords();
  const { queue } = useDesk();
  const { trouble: refusal } = useObserved(queue);
  useQueue();
  useTitle();
  if (state === "out") {
    return <LoginForm session={session} title={words.loginTitle} hint={words.loginHint} />;
  }
  if (trouble) return <CheckFailed title={words.checkFailed} trouble={trouble} />;
  if (!me) return <Waiting />;
  if (refusal?.kind === "forbidden") return <NoDesk settings={<Settings me={me} {...choices} />} />;
  return <Console settings={<Settings me={me} {...choices} />} />;
}

/** Loads the queue for whoever is in, and anew whenever the link has come back: what was told meanwhile is lost. */
function useQueue(): void {
  const chat = useChat();
  const { queue } = useDesk();
  const self = useSelf();
  const { phase, by } = useObserved(chat.link);
  const isOpen = phase === "open";
  const isDeaf = by !== "socket";
  // biome-ignore lint/correctness/useExhaustiveDependencies: somebody else has another queue
  useEffect(() => () => queue.clear(), [queue, self]);
  useEffect(() => {
    if (self !== "" && isOpen) void queue.load();
  }, [queue, self, isOpen]);
  // Where sockets are blocked nobody tells of cases.
  useEffect(() => {
    if (self === "" || !isDeaf) return;
    const timer = setInterval(() => void queue.load(), POLL);
    return () => clearInterval(timer);
  }, [queue, self, isDeaf]);
}

/** So many are nobody's yet: that stands in the tab's title. */
function useTitle(): void {
  const words = useConsoleWords();
  const { cases } = useObserved(useDesk().queue);
  const waiting = [...cases.values()].filter(({ state }) => state === "new").length;
  useEffect(() => {
    document.title = waiting > 0 ? `(${waiting}) ${words.product}` : words.product;
  }, [waiting, words]);
}

function NoDesk({ settings }: { settings: ReactNode }): ReactNode {
  const words = useConsoleWords();
  return (
    <main className="page-login">
      <div className="console-corner">{settings}</div>
      <div className="bs-state" role="alert">
        <span className="login-mark" aria-hidden="true">
          <Icon name="chat" />
        </span>
        <h1 className="console-big">{words.noDesk}</h1>
        <p>{words.noDeskHint}</p>
      </div>
    </main>
  );
}
