// What every component of the kit shares: the chat, the language, and whether somebody looks.
import {
  AccountSession,
  type Chat,
  createChat,
  native,
  orderRooms,
  type Watched,
} from "@beseda/client";
import { type ChatClient, defaultClient } from "@beseda/client/order-rooms";
import {
  createContext,
  type ReactNode,
  type RefObject,
  useContext,
  useEffect,
  useLayoutEffect,
  useRef,
  useSyncExternalStore,
} from "react";
import { type Drafts, draftsOf, forgetDrafts } from "./drafts.ts";
import { type Lang, LangContext, useLang } from "./words/index.ts";

const ChatContext = createContext<Chat | null>(null);
const EmojiContext = createContext<string | null>(null);
const ClientContext = createContext<ChatClient | null>(null);

export interface ChatProviderProps {
  /** The page's own when left out: of this server, with the tokens in local storage or the browser's cookie. */
  chat?: Chat;
  /** Contract 4, for `useWebSocket`: the page's own when left out. Without a `chat`, its session is the chat's. */
  client?: ChatClient;
  /** The browser's language when left out. */
  lang?: Lang;
  /** The folder with the emoji, `ru.json` and `en.json`, on a server of the page's own. Without it there is no picker. */
  emojiUrl?: string;
  children: ReactNode;
}

/** Gives the components below it a chat other than the page's own, or another language. */
export function ChatProvider(props: ChatProviderProps): ReactNode {
  const { chat, client, lang, emojiUrl, children } = props;
  const outerEmoji = useEmojiUrl();
  const outer = useContext(ChatContext);
  const outerClient = useContext(ClientContext);
  const outerLang = useLang();
  const spoken = lang ?? outerLang;
  const given = chat ?? (client ? chatOf(client) : outer);
  useEffect(() => {
    (given ?? chatOf(defaultClient())).session.lang = spoken;
  }, [given, spoken]);
  return (
    <ChatContext.Provider value={given}>
      <ClientContext.Provider value={client ?? outerClient}>
        <EmojiContext.Provider value={emojiUrl ?? outerEmoji}>
          <LangContext.Provider value={spoken}>{children}</LangContext.Provider>
        </EmojiContext.Provider>
      </ClientContext.Provider>
    </ChatContext.Provider>
  );
}

const chats = new WeakMap<ChatClient, Chat>();

/** The chat of a client of contract 4, with its session: made and started when it is first asked for. */
function chatOf(client: ChatClient): Chat {
  let chat = chats.get(client);
  if (!chat) {
    const { platform, session } = client;
    chat = createChat({ platform, session, wires: [native, orderRooms] });
    chats.set(client, chat);
    void chat.start();
  }
  return chat;
}

export function useChat(): Chat {
  return useContext(ChatContext) ?? chatOf(defaultClient());
}

/** Where the emoji are; null where the page has none. */
export function useEmojiUrl(): string | null {
  return useContext(EmojiContext);
}

/** The client of contract 4. */
export function useClient(): ChatClient {
  return useContext(ClientContext) ?? defaultClient();
}

/** Who is logged in, as rooms name them; "" when nobody is. */
export function useSelf(): string {
  const { me } = useObserved(useChat().session);
  return me ? String(me.id) : "";
}

/** What is typed and not sent, of whoever is logged in. */
export function useDrafts(): Drafts {
  return draftsOf(useSelf());
}

/** Logs out, and leaves nothing of what was written here. */
export function useLogout(): () => Promise<void> {
  const chat = useChat();
  const self = useSelf();
  return () => {
    forgetDrafts(self);
    return chat.logout();
  };
}

export function useObserved<T>(observed: Watched<T>): T {
  return useSyncExternalStore(observed.subscribe, observed.getSnapshot);
}

/** Follows what other tabs do, and asks before a page is left whose files have not arrived. */
export function useSurroundings(chat: Chat): void {
  const drafts = useDrafts();
  const { session } = chat;
  useEffect(() => {
    if (!(session instanceof AccountSession)) return;
    const follow = () => session.followTabs();
    // Nobody tells of a cookie that is another one.
    const look = () => void session.recheck();
    addEventListener("storage", follow);
    addEventListener("focus", look);
    return () => {
      removeEventListener("storage", follow);
      removeEventListener("focus", look);
    };
  }, [session]);
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (chat.isUploading) event.preventDefault();
    };
    const store = ({ key }: StorageEvent) => {
      if (drafts.has(key)) drafts.read();
    };
    addEventListener("beforeunload", ask);
    addEventListener("storage", store);
    return () => {
      removeEventListener("beforeunload", ask);
      removeEventListener("storage", store);
    };
  }, [chat, drafts]);
}

function watchAttention(changed: () => void): () => void {
  addEventListener("focus", changed);
  addEventListener("blur", changed);
  document.addEventListener("visibilitychange", changed);
  return () => {
    removeEventListener("focus", changed);
    removeEventListener("blur", changed);
    document.removeEventListener("visibilitychange", changed);
  };
}

/** True while this window is visible and has the focus. */
export function useAttention(): boolean {
  return useSyncExternalStore(
    watchAttention,
    () => document.visibilityState === "visible" && document.hasFocus(),
  );
}

function watchNetwork(changed: () => void): () => void {
  addEventListener("online", changed);
  addEventListener("offline", changed);
  return () => {
    removeEventListener("online", changed);
    removeEventListener("offline", changed);
  };
}

/** False while the browser knows that it has no network. */
export function useNetwork(): boolean {
  return useSyncExternalStore(watchNetwork, () => navigator.onLine);
}

/** The newest `value`, for listeners that outlive the render that made them. */
export function useNewest<T>(value: T): RefObject<T> {
  const newest = useRef(value);
  useLayoutEffect(() => {
    newest.current = value;
  });
  return newest;
}
