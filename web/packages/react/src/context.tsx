// What every component of the kit shares: the client, the language, and whether somebody looks.
import type { Chat, Watched } from "@beseda/client";
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
import { type Lang, LangContext, useLang } from "./words/index.ts";

const ClientContext = createContext<ChatClient | null>(null);
const ChatContext = createContext<Chat | null>(null);

/** Timers this late mean that the machine slept, and a tab hidden this long may have: in milliseconds. */
const NAP = 20_000;
const TICK = 5_000;

export interface ChatProviderProps {
  /** The page's own client when left out. */
  client?: ChatClient;
  /** The native API, for rooms that are named by their keys: with the session of `client`, and started by the page. */
  chat?: Chat | null;
  /** The browser's language when left out. */
  lang?: Lang;
  children: ReactNode;
}

/** Gives the components below it a client other than the page's own, the native API, or another language. */
export function ChatProvider({ client, chat, lang, children }: ChatProviderProps): ReactNode {
  const outer = useLang();
  const outerChat = useChat();
  const spoken = lang ?? outer;
  useEffect(() => {
    (client ?? defaultClient()).session.lang = spoken;
  }, [client, spoken]);
  return (
    <ClientContext.Provider value={client ?? null}>
      <ChatContext.Provider value={chat === undefined ? outerChat : chat}>
        <LangContext.Provider value={spoken}>{children}</LangContext.Provider>
      </ChatContext.Provider>
    </ClientContext.Provider>
  );
}

export function useClient(): ChatClient {
  return useContext(ClientContext) ?? defaultClient();
}

/** The native API; null where the page has given none. */
export function useChat(): Chat | null {
  return useContext(ChatContext);
}

export function useObserved<T>(observed: Watched<T>): T {
  return useSyncExternalStore(observed.subscribe, observed.getSnapshot);
}

/** Tells the client what the browser knows about the network, the tab and the machine's sleep; `chat` finds out itself. */
export function useSurroundings(client: ChatClient, chat: Chat | null = null): void {
  useEffect(() => {
    const doubt = () => client.doubt();
    const lose = () => client.lose();
    let hiddenAt = 0;
    const turn = () => {
      const visible = document.visibilityState === "visible";
      client.list.setVisible(visible);
      if (visible && Date.now() - hiddenAt > NAP) client.doubt();
      hiddenAt = Date.now();
    };
    const look = () => {
      client.list.hint();
      void client.session.recheck();
    };
    const store = () => client.session.followTabs();
    const ask = (event: BeforeUnloadEvent) => {
      if (client.isUploading || chat?.isUploading) event.preventDefault();
    };
    let last = Date.now();
    const timer = setInterval(() => {
      const now = Date.now();
      if (now - last > NAP && document.visibilityState === "visible") client.doubt();
      last = now;
    }, TICK);
    addEventListener("online", doubt);
    addEventListener("offline", lose);
    addEventListener("focus", look);
    addEventListener("storage", store);
    addEventListener("beforeunload", ask);
    document.addEventListener("visibilitychange", turn);
    return () => {
      clearInterval(timer);
      removeEventListener("online", doubt);
      removeEventListener("offline", lose);
      removeEventListener("focus", look);
      removeEventListener("storage", store);
      removeEventListener("beforeunload", ask);
      document.removeEventListener("visibilitychange", turn);
    };
  }, [client, chat]);
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

const COARSE = "(pointer: coarse)";

/** True on devices that are touched: there Enter breaks the line and nothing takes the focus. */
export function isTouch(): boolean {
  return matchMedia(COARSE).matches;
}

/** The newest `value`, for listeners that outlive the render that made them. */
export function useNewest<T>(value: T): RefObject<T> {
  const newest = useRef(value);
  useLayoutEffect(() => {
    newest.current = value;
  });
  return newest;
}
