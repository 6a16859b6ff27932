// Which of the page's faces is shown: the way in, the rooms, or the sample page of an order.
import type { Trouble } from "@beseda/client/order-rooms";
import {
  ChatProvider,
  Icon,
  sentenceFor,
  useChat,
  useClient,
  useObserved,
  useSurroundings,
  useWords,
} from "@beseda/react";
import { type ReactNode, useEffect } from "react";
import { type Theme, useLangChoice, useTheme } from "./choices.ts";
import { LoginForm } from "./LoginForm.tsx";
import { OrderPage } from "./OrderPage.tsx";
import { usePlace } from "./place.ts";
import { Rooms } from "./Rooms.tsx";
import { usePageWords } from "./words.ts";

export function App(): ReactNode {
  const client = useClient();
  const chat = useChat();
  const [theme, setTheme] = useTheme();
  const [lang, setLang] = useLangChoice();
  useSurroundings(client, chat);
  useEffect(() => void (chat?.start() ?? client.session.restore()), [client, chat]);
  return (
    <ChatProvider client={client} lang={lang}>
      <Face theme={theme} onTheme={setTheme} lang={lang} onLang={setLang} />
    </ChatProvider>
  );
}

interface FaceProps {
  theme: Theme;
  onTheme: (theme: Theme) => void;
  lang: "ru" | "en";
  onLang: (lang: "ru" | "en") => void;
}

function Face(props: FaceProps): ReactNode {
  const { state, me, trouble } = useObserved(useClient().session);
  const place = usePlace();
  if (state === "out") return <LoginForm />;
  if (trouble) return <CheckFailed trouble={trouble} />;
  if (!me) return <Waiting />;
  if (place.view === "order" && place.order !== null) return <OrderPage order={place.order} />;
  return <Rooms me={me} place={place} {...props} />;
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
  const client = useClient();
  const words = usePageWords();
  const kit = useWords();
  return (
    <main className="page-login">
      <div className="bs-state" role="alert">
        <h2>{words.checkFailed}</h2>
        <p>{sentenceFor(trouble, kit)}</p>
        <button type="button" className="bs-button" onClick={() => void client.session.restore()}>
          {kit.retry}
        </button>
      </div>
    </main>
  );
}
