// What the server's own pages share: the way in, the settings of a reader, and where the server is.

export { applyTheme, type Theme, useLangChoice, useSoundChoice, useTheme } from "./choices.ts";
export { CheckFailed, LoginForm, type LoginFormProps, Waiting } from "./LoginForm.tsx";
export { addressOf, go, goBack, useSearch } from "./place.ts";
export { Settings, type SettingsProps } from "./Settings.tsx";
export { serverOf } from "./server.ts";
export { useSound } from "./sound.ts";
export { useKeyboardRoom } from "./useKeyboardRoom.ts";
export { useNarrow } from "./useNarrow.ts";
export { useSharedWords } from "./words.ts";
