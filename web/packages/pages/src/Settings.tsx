// Who one is, how the page looks, in which language it speaks, and the way out.
import type { Me } from "@beseda/client/order-rooms";
import { Icon, initialsOf, type Lang, useChat, useLogout, useObserved } from "@beseda/react";
import type { ReactNode } from "react";
import type { Theme } from "./choices.ts";
import { playSound } from "./sound.ts";
import { useSharedWords } from "./words.ts";

export interface SettingsProps {
  me: Me;
  theme: Theme;
  onTheme: (theme: Theme) => void;
  lang: Lang;
  onLang: (lang: Lang) => void;
  sound: boolean;
  onSound: (isOn: boolean) => void;
}

const THEMES: Theme[] = ["auto", "light", "dark"];
const SOUNDS = ["on", "off"] as const;
const LANGS: [Lang, string][] = [
  ["ru", "Русский"],
  ["en", "English"],
];

export function Settings(props: SettingsProps): ReactNode {
  const { me, theme, onTheme, lang, onLang, sound, onSound } = props;
  const { byCookie } = useObserved(useChat().session);
  const logout = useLogout();
  const words = useSharedWords();
  const name = me.full_name || me.name || me.username;
  return (
    <>
      <button type="button" className="settings-button" popoverTarget="settings" title={name}>
        <span className="bs-avatar" aria-hidden="true">
          {initialsOf(name)}
        </span>
        <span className="bs-hidden">
          {words.settings}: {name}
        </span>
      </button>
      <div id="settings" className="settings" popover="auto">
        <p className="settings-name">{name}</p>
        <p className="settings-role">{words.roles[me.role]}</p>
        <Choice
          legend={words.theme}
          name="theme"
          options={THEMES.map((option) => [option, words.themes[option]])}
          chosen={theme}
          onChoose={onTheme}
        />
        <Choice
          legend={words.language}
          name="lang"
          options={LANGS}
          chosen={lang}
          onChoose={onLang}
        />
        <Choice
          legend={words.sound}
          name="sound"
          options={SOUNDS.map((option) => [option, words.sounds[option]])}
          chosen={sound ? "on" : "off"}
          onChoose={(option) => onSound(option === "on")}
        />
        {sound && (
          <button type="button" className="settings-logout" onClick={playSound}>
            <Icon name="sound" />
            {words.tryOut}
          </button>
        )}
        {!byCookie && (
          <button type="button" className="settings-logout" onClick={() => void logout()}>
            <Icon name="logout" />
            {words.logout}
          </button>
        )}
      </div>
    </>
  );
}

interface ChoiceProps<T extends string> {
  legend: string;
  name: string;
  options: [T, string][];
  chosen: T;
  onChoose: (option: T) => void;
}

function Choice<T extends string>(props: ChoiceProps<T>): ReactNode {
  const { legend, name, options, chosen, onChoose } = props;
  return (
    <fieldset>
      <legend>{legend}</legend>
      {options.map(([option, label]) => (
        <label key={option}>
          <input
            type="radio"
            name={name}
            checked={option === chosen}
            onChange={() => onChoose(option)}
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
