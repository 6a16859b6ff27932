// Which of the page's faces is shown: the way in, the rooms, or the sample page of an order.
import type { AccountSession } from "@beseda/client";
import {
  CheckFailed,
  LoginForm,
  type Theme,
  useLangChoice,
  useSound,
  useSoundChoice,
  useTheme,
  Waiting,
} from "@beseda/pages";
import { ChatProvider, useChat, useObserved, useSurroundings } from "@beseda/react";
import { type ReactNode, useEffect } from "react";
import { NoChats, useHasChats } from "./NoChats.tsx";
import { OrderPage } from "./OrderPage.tsx";
import { usePlace } from "./place.ts";
import { Rooms, type RoomsProps } from "./Rooms.tsx";
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
  const words = usePageWords();
  if (state === "out")
    return <LoginForm session={session} title={words.loginTitle} hint={words.loginHint} />;
  if (trouble) return <CheckFailed title={words.checkFailed} trouble={trouble} />;
  if (!me) return <Waiting />;
  if (place.view === "order" && place.order !== null) return <OrderPage order={place.order} />;
  return <Chats me={me} place={place} {...props} />;
}

function Chats(props: RoomsProps): ReactNode {
  const hasChats = useHasChats(props.me.role);
  return hasChats || props.place.room !== null ? <Rooms {...props} /> : <NoChats />;
}
