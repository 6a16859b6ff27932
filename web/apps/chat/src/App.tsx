// Which of the page's faces is shown: the way in, the rooms, or the sample page of an order.
import type { AccountSession, Trouble } from "@beseda/client";
import {
  ChatProvider,
  Icon,
  sentenceFor,
  useChat,
  useObserved,
  useSurroundings,
  useWords,
} from "@beseda/react";
import { type ReactNode, useEffect } from "react";
import { type Theme, useLangChoice, useSoundChoice, useTheme } from "./choices.ts";
import { LoginForm } from "./LoginForm.tsx";
import { NoChats, useHasChats } from "./NoChats.tsx";
import { OrderPage } from "./OrderPage.tsx";
import { usePlace } from "./place.ts";
import { Rooms, type RoomsProps } from "./Rooms.tsx";
import { useSound } from "./sound.ts";
import { usePageWords } from "./words.ts";

export function App({ session }: { session: AccountSession }): ReactNode {
  const chat = useChat();
  const [theme, setTheme] = useTheme();
  const [lang, setLang] = useLangChoice();
  const [sound, setSound] = useSoundChoice();
  useSurroundings(chat);
  useSound(chat, sound);
  useEffect(() => void chat.start(), [chat]);
  return (
    <ChatProvider lang={lang}>
      <Face
        session={session}
        theme={theme}
        onTheme={setTheme}
        lang={lang}
        onLang={setLang}
        sound={sound}
        onSound={setSound}
      />
    </ChatProvider>
  );
}

interface FaceProps {
  session: AccountSession;
  theme: Theme;
  onTheme: (theme: Theme) => void;
  lang: "ru" | "en";
  onLang: (lang: "ru" | "en") => void;
  sound: boolean;
  onSound: (isOn: boolean) => void;
}

function Face({ session, ...props }: FaceProps): ReactNode {
  const { state, me, trouble } = useObserved(session);
  const place = usePlace();
  if (state === "out") return <LoginForm session={session} />;
  if (trouble) return <CheckFailed trouble={trouble} />;
  if (!me) return <Waiting />;
  if (place.view === "order" && place.order !== null) return <OrderPage order={place.order} />;
  return <Chats me={me} place={place} {...props} />;
}

function Chats(props: RoomsProps): ReactNode {
  const hasChats = useHasChats(props.me.role);
  return hasChats || props.place.room !== null ? <Rooms {...props} /> : <NoChats />;
}

function Waiting(): ReactNode {
  return (
    <main className="page-login">
      <span className="login-mark page-wait bs-late" aria-hidden="true">
        <Icon name="chat" />
      </span>
    </main>
  );
}

function CheckFailed({ trouble }: { trouble: Trouble }): ReactNode {
  const { session } = useChat();
  const words = usePageWords();
  const kit = useWords();
  return (
    <main className="page-login">
      <div className="bs-state" role="alert">
        <h2>{words.checkFailed}</h2>
        <p>{sentenceFor(trouble, kit)}</p>
        <button type="button" className="bs-button" onClick={() => void session.restore()}>
          {kit.retry}
        </button>
      </div>
    </main>
  );
}
