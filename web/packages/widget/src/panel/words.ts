// What stands in the panel before the application is there.
import type { Lang } from "../messages.ts";

const ru = {
  chat: "Чат",
  close: "Закрыть",
  connecting: "Соединение…",
  failed: "Чат не загрузился. Проверьте соединение.",
  retry: "Повторить",
};

const en: typeof ru = {
  chat: "Chat",
  close: "Close",
  connecting: "Connecting…",
  failed: "The chat has not loaded. Check your connection.",
  retry: "Retry",
};

export const panelWords = (lang: Lang): typeof ru => (lang === "ru" ? ru : en);
