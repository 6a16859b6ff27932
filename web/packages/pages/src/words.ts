// What the way in and the settings say.
import { type Lang, useLang } from "@beseda/react";

const ru = {
  identifier: "Почта, имя или телефон",
  password: "Пароль",
  login: "Войти",
  loggingIn: "Входим…",
  wrong: "Неверное имя или пароль.",
  tooOften: (seconds: number) => `Слишком много попыток. Повторите через ${seconds} с.`,
  logout: "Выйти",
  settings: "Настройки",
  theme: "Оформление",
  themes: { auto: "Как в системе", light: "Светлое", dark: "Тёмное" },
  language: "Язык",
  sound: "Звук",
  sounds: { on: "Включён", off: "Выключен" },
  tryOut: "Проверить звук",
  roles: {
    admin: "Администратор",
    operator: "Оператор",
    mom: "Менеджер",
    client: "Клиент",
    expert: "Эксперт",
    teacher: "Преподаватель",
    student: "Ученик",
    customer: "Клиент",
    therapist: "Специалист",
  } as Partial<Record<string, string>>,
};

type SharedWords = typeof ru;

const en: SharedWords = {
  identifier: "E-mail, username or phone",
  password: "Password",
  login: "Log in",
  loggingIn: "Logging in…",
  wrong: "The name or the password is wrong.",
  tooOften: (seconds) => `Too many attempts. Try again in ${seconds} s.`,
  logout: "Log out",
  settings: "Settings",
  theme: "Appearance",
  themes: { auto: "As the system", light: "Light", dark: "Dark" },
  language: "Language",
  sound: "Sound",
  sounds: { on: "On", off: "Off" },
  tryOut: "Try the sound",
  roles: {
    admin: "Administrator",
    operator: "Operator",
    mom: "Manager",
    client: "Client",
    expert: "Expert",
    teacher: "Teacher",
    student: "Student",
    customer: "Customer",
    therapist: "Therapist",
  },
};

const dictionaries: Record<Lang, SharedWords> = { ru, en };

export function useSharedWords(): SharedWords {
  return dictionaries[useLang()];
}
