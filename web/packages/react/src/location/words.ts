// What is said of where somebody is, besides what the kit says anyway.
import { useLang, useWords, type Words } from "../words/index.ts";

const ru = {
  locationAt: (time: string) => `Место в ${time}`,
  live: "В эфире",
  liveUntil: (time: string) => `В эфире до ${time}`,
  liveEnded: "Эфир закончился",
  stop: "Остановить",
  updated: (ago: string) => `Обновлено ${ago}`,
  justNow: "только что",
  awayFromYou: (distance: string) => `${distance} от вас`,
  waitingPosition: "Ждём координаты…",
  openMap: "Открыть карту",
  map: "Карта",
  mapFailed: "Карта не загрузилась.",
  locationTroubles: {
    denied: "Браузеру запрещено сообщать местоположение. Разрешите это в настройках сайта.",
    unavailable: "Не удалось определить местоположение. Попробуйте ещё раз.",
    unsupported: "Этот браузер не сообщает местоположение на этой странице.",
    lost: "Новых координат нет. Это последнее известное место.",
    refused: "Нет доступа к этому местоположению.",
  },
  shareLocation: "Поделиться местоположением",
  shareHint: "Участники чата будут видеть, где вы. Остановить можно в любой момент.",
  shareFor: "На какое время",
  share: "Поделиться",
  shareFailed: "Не удалось поделиться. Попробуйте ещё раз.",
  locating: "Определяем место…",
};

type PlaceWords = typeof ru;

const en: PlaceWords = {
  locationAt: (time) => `Place at ${time}`,
  live: "Live",
  liveUntil: (time) => `Live until ${time}`,
  liveEnded: "No longer live",
  stop: "Stop",
  updated: (ago) => `Updated ${ago}`,
  justNow: "just now",
  awayFromYou: (distance) => `${distance} from you`,
  waitingPosition: "Waiting for the coordinates…",
  openMap: "Open map",
  map: "Map",
  mapFailed: "The map could not be loaded.",
  locationTroubles: {
    denied: "The browser may not tell the location. Allow it in the site's settings.",
    unavailable: "The location could not be found. Please try again.",
    unsupported: "This browser does not tell the location on this page.",
    lost: "There are no new coordinates. This is the last known place.",
    refused: "You have no access to this location.",
  },
  shareLocation: "Share location",
  shareHint: "People in the chat will see where you are. You can stop at any moment.",
  shareFor: "For how long",
  share: "Share",
  shareFailed: "It could not be shared. Please try again.",
  locating: "Finding the location…",
};

const dictionaries = { ru, en };

export type LocationWords = Words & PlaceWords;

export function useLocationWords(): LocationWords {
  return { ...useWords(), ...dictionaries[useLang()] };
}
