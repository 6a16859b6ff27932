// Search, the recent ones, and the grid of all emoji. Loaded when the panel is first opened.
import { EmojiPicker as Grid, useSkinTone } from "frimousse";
import { type AriaAttributes, type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { isSheet, isTouch } from "../screen.ts";
import { useRoving } from "../useRoving.ts";
import { type Lang, useWords } from "../words/index.ts";
import { type EmojiData, TONES, type Tone } from "./data.ts";
import { type EmojiKeep, remembered, rememberTone } from "./memory.ts";

/** How wide an emoji is to a finger and to a mouse, and the panel where it is no sheet, in pixels. */
const FINGER = 44;
const MOUSE = 40;
const PANEL = 350;
/** What is beside the rows: their padding. */
const BESIDE = 16;

export interface EmojiPanelProps {
  data: EmojiData;
  lang: Lang;
  keep: EmojiKeep;
  onPick: (emoji: string) => void;
}

export function EmojiPanel({ data, lang, keep, onPick }: EmojiPanelProps): ReactNode {
  const words = useWords();
  const search = useRef<HTMLInputElement>(null);
  const [{ recent, tone }] = useState(() => remembered(keep));
  const [columns] = useState(columnsHere);
  const [asking, setAsking] = useState("");
  const grid = useMemo(() => gridOf(data, lang), [data, lang]);
  useEffect(() => {
    if (!isTouch()) search.current?.focus({ preventScroll: true });
  }, []);
  return (
    <Grid.Root
      className="bs-emoji-panel"
      locale={lang}
      resolveEmojiData={() => grid}
      columns={columns}
      skinTone={tone}
      onEmojiSelect={({ emoji }) => onPick(emoji)}
    >
      <div className="bs-emoji-top">
        <Grid.Search
          ref={search}
          className="bs-field bs-emoji-search"
          placeholder={words.searchEmoji}
          aria-label={words.searchEmoji}
          value={asking}
          onChange={(event) => setAsking(event.target.value)}
        />
        <ToneButton keep={keep} names={data.tones} />
      </div>
      {asking === "" && recent.length > 0 && (
        <Recent emojis={recent.slice(0, columns)} data={data} onPick={onPick} />
      )}
      <Grid.Viewport className="bs-emoji-view" tabIndex={0} aria-label={words.emoji}>
        <Grid.Empty>
          <span className="bs-emoji-note">{words.nothingFound}</span>
        </Grid.Empty>
        <Grid.List className="bs-emoji-list" components={PARTS} />
      </Grid.Viewport>
    </Grid.Root>
  );
}

/** What the grid is made of. It counts its rows and columns from 0, and those who listen from 1. */
const PARTS: NonNullable<Parameters<typeof Grid.List>[0]["components"]> = {
  CategoryHeader: ({ category, ...rest }) => (
    <div {...rest} className="bs-emoji-category">
      {category.label}
    </div>
  ),
  Row: (rest) => <div {...fromOne(rest)} className="bs-emoji-row" />,
  Emoji: ({ emoji, ...rest }) => (
    <button type="button" {...fromOne(rest)} className="bs-emoji-one">
      {emoji.emoji}
    </button>
  ),
};

function fromOne<T extends AriaAttributes>(props: T): T {
  const { "aria-rowindex": row, "aria-colindex": column } = props;
  return {
    ...props,
    "aria-rowindex": row === undefined ? row : row + 1,
    "aria-colindex": column === undefined ? column : column + 1,
  };
}

function columnsHere(): number {
  const width = (isSheet() ? innerWidth : PANEL) - BESIDE;
  return Math.max(1, Math.floor(width / (isTouch() ? FINGER : MOUSE)));
}

/** The data as the grid reads them: English names are found as well. */
function gridOf(data: EmojiData, locale: Lang) {
  const emojis = data.emojis.map(
    ({ emoji, label, category, version, tags, shortcodes, skins }) => ({
      emoji,
      label,
      category,
      version,
      tags: [...tags, ...shortcodes],
      ...(skins.length === TONES.length ? { skins: tonesOf(skins) } : {}),
    }),
  );
  return { locale, emojis, categories: [...data.categories], skinTones: { ...data.tones } };
}

function tonesOf(skins: readonly string[]): Record<Tone, string> {
  return Object.fromEntries(TONES.map((tone, index) => [tone, skins[index] ?? ""])) as Record<
    Tone,
    string
  >;
}

function Recent(props: {
  emojis: readonly string[];
  data: EmojiData;
  onPick: (emoji: string) => void;
}): ReactNode {
  const { emojis, data, onPick } = props;
  const words = useWords();
  const { row, stop } = useRoving(emojis.length);
  const named = (emoji: string) =>
    data.emojis.find((one) => one.emoji === emoji || one.skins.includes(emoji))?.label;
  return (
    <div className="bs-emoji-recent">
      <span className="bs-emoji-category" aria-hidden="true">
        {words.recentEmoji}
      </span>
      <div className="bs-emoji-row" role="toolbar" aria-label={words.recentEmoji} {...row}>
        {emojis.map((emoji, index) => (
          <button
            key={emoji}
            type="button"
            className="bs-emoji-one"
            tabIndex={stop(index)}
            aria-label={named(emoji)}
            onClick={() => onPick(emoji)}
          >
            {emoji}
          </button>
        ))}
      </div>
    </div>
  );
}

/** Goes from one tone of skin to the next. */
function ToneButton(props: { keep: EmojiKeep; names: EmojiData["tones"] }): ReactNode {
  const words = useWords();
  const [tone, setTone, variations] = useSkinTone("✋");
  const at = variations.findIndex(({ skinTone }) => skinTone === tone);
  const next = variations[(at + 1) % variations.length]?.skinTone ?? "none";
  const name = tone === "none" ? words.noTone : props.names[tone];
  return (
    <button
      type="button"
      className="bs-quiet bs-emoji-tone"
      title={name}
      aria-label={name}
      onClick={() => {
        setTone(next);
        rememberTone(props.keep, next);
      }}
    >
      {variations[Math.max(0, at)]?.emoji}
    </button>
  );
}
