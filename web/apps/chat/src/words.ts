// What the page says besides the kit.
import { type Lang, useLang } from "@beseda/react";

const ru = {
  product: "Беседа",
  loginTitle: "Вход в чат",
  loginHint: "Переписка по вашим заказам",
  choose: "Выберите чат",
  chooseHint: "Или откройте чат заказа по его номеру.",
  openByOrder: "Открыть чат по номеру заказа",
  checkFailed: "Не удалось открыть чаты",
  orderHint: "Обсудите детали заказа, не уходя со страницы.",
  noAccess: "Этот заказ вам недоступен.",
  chooseHintSearch: "Или найдите человека либо сообщение в поиске.",
  noChats: "Для вашей роли чатов нет",
  noChatsHint: "Если чаты должны быть, обратитесь к администратору или войдите под другим именем.",
};

type PageWords = typeof ru;

const en: PageWords = {
  product: "Beseda",
  loginTitle: "Log in to the chat",
  loginHint: "Conversations about your orders",
  choose: "Choose a chat",
  chooseHint: "Or open an order's chat by its number.",
  openByOrder: "Open a chat by order number",
  checkFailed: "The chats could not be opened",
  orderHint: "Talk about the order without leaving its page.",
  noAccess: "This order is not available to you.",
  chooseHintSearch: "Or find a person or a message in the search.",
  noChats: "There are no chats for your role",
  noChatsHint: "If there should be some, ask your administrator, or log in as somebody else.",
};

const dictionaries: Record<Lang, PageWords> = { ru, en };

export function usePageWords(): PageWords {
  return dictionaries[useLang()];
}
