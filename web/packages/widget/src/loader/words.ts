// What the button says; the panel and the application have words of their own.
import type { Lang } from "../messages.ts";

const ru = {
  open: "Открыть чат",
  unread: "Открыть чат. Новых сообщений: ",
  close: "Закрыть",
};

const en: typeof ru = {
  open: "Open chat",
  unread: "Open chat. New messages: ",
  close: "Close",
};

export const wordsOf = (lang: Lang): typeof ru => (lang === "ru" ? ru : en);
