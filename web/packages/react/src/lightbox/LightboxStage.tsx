// One picture at a time, with what can be done with it. Loaded with the first picture that is opened.
import {
  type CSSProperties,
  type ReactNode,
  type RefObject,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { splitName } from "../files.ts";
import { Icon, type IconName } from "../icons.tsx";
import { useFetched } from "../useFetched.ts";
import { useWords } from "../words/index.ts";
import type { LightboxPicture, LightboxProps } from "./Lightbox.tsx";
import { Shelf } from "./shelf.ts";
import { useZoom } from "./useZoom.ts";

/** How much one press of a button or a key zooms. */
const STEP = 1.5;

export interface LightboxStageProps extends Omit<LightboxProps, "onClose"> {
  dialog: RefObject<HTMLDialogElement | null>;
}

export function LightboxStage(props: LightboxStageProps): ReactNode {
  const { pictures, start, load, dialog } = props;
  const words = useWords();
  const shelf = useShelf(load);
  const [wanted, setWanted] = useState(start);
  const index = Math.max(
    0,
    pictures.findIndex(({ url }) => url === wanted),
  );
  const picture = pictures[index];
  const go = (step: number) => {
    const next = pictures[index + step];
    if (next) setWanted(next.url);
  };
  usePreload(shelf, pictures[index + 1]);
  if (!picture) return null;
  const count = pictures.length > 1 ? words.pictureOf(index + 1, pictures.length) : "";
  return (
    <Shown
      key={picture.url}
      picture={picture}
      shelf={shelf}
      dialog={dialog}
      count={count}
      back={index > 0}
      onward={index < pictures.length - 1}
      go={go}
    />
  );
}

/** The pictures are let go of with the lightbox. */
function useShelf(load: LightboxProps["load"]): Shelf {
  const newest = useRef(load);
  useEffect(() => {
    newest.current = load;
  });
  const shelf = useMemo(() => new Shelf((url) => newest.current(url)), []);
  useEffect(() => () => shelf.clear(), [shelf]);
  return shelf;
}

function usePreload(shelf: Shelf, picture: LightboxPicture | undefined): void {
  const url = picture?.url;
  useEffect(() => {
    // Whoever comes to it hears of what has failed.
    if (url !== undefined) shelf.get(url).catch(() => undefined);
  }, [shelf, url]);
}

interface ShownProps {
  picture: LightboxPicture;
  shelf: Shelf;
  dialog: RefObject<HTMLDialogElement | null>;
  count: string;
  back: boolean;
  onward: boolean;
  go: (step: number) => void;
}

function Shown(props: ShownProps): ReactNode {
  const { picture, shelf, dialog, count, back, onward, go } = props;
  const words = useWords();
  const stage = useRef<HTMLDivElement>(null);
  const image = useRef<HTMLImageElement>(null);
  const { url, name, small } = picture;
  const fetch = useCallback(() => shelf.get(url), [shelf, url]);
  const { value: full, failed, again } = useFetched(fetch);
  const [broken, setBroken] = useState(false);
  const close = () => dialog.current?.close();
  /** The page turns as a book does: where one reads from the right, the next is on the left. */
  const turn = (side: "left" | "right") => go((side === "right") === isLtr(dialog) ? 1 : -1);
  const zoom = useZoom(stage, image, {
    swipe: (to) => (to === "down" ? close() : turn(to === "left" ? "right" : "left")),
    outside: close,
  });
  useKeys({ turn, zoom: zoom.by });
  const isBroken = failed || broken;
  const retry = () => {
    shelf.drop(url);
    setBroken(false);
    again();
  };
  const src = full ?? small;
  return (
    <>
      <header className="bs-lightbox-top">
        <h2 className="bs-lightbox-name">
          <Name name={name} />
        </h2>
        <span className="bs-lightbox-count" role="status" dir="auto">
          {count}
        </span>
        <Way icon="zoomOut" name={words.zoomOut} act={() => zoom.by(1 / STEP)} />
        <Way icon="zoomIn" name={words.zoomIn} act={() => zoom.by(STEP)} />
        {full && (
          <a
            className="bs-quiet"
            href={full}
            download={name}
            title={words.download}
            aria-label={`${words.download} ${name}`}
          >
            <Icon name="save" />
          </a>
        )}
      </header>
      <div ref={stage} className="bs-lightbox-stage" aria-busy={!full && !isBroken}>
        {!isBroken && src && (
          <img
            ref={image}
            src={src}
            alt={words.picture(name)}
            draggable={false}
            style={sizeOf(picture)}
            data-sized={Boolean(picture.width && picture.height)}
            onError={() => setBroken(full !== null)}
          />
        )}
        {!isBroken && !src && (
          <p className="bs-lightbox-note bs-late" role="status">
            {words.loading}
          </p>
        )}
      </div>
      {isBroken && (
        <div className="bs-lightbox-trouble" role="alert">
          <p>{words.pictureFailed}</p>
          <button type="button" className="bs-button" data-kind="plain" onClick={retry}>
            {words.retry}
          </button>
        </div>
      )}
      {(back || onward) && (
        <>
          <Turn
            icon="back"
            side="start"
            name={words.previousPicture}
            on={back}
            act={() => go(-1)}
          />
          <Turn icon="next" side="end" name={words.nextPicture} on={onward} act={() => go(1)} />
        </>
      )}
    </>
  );
}

function isLtr(element: RefObject<Element | null>): boolean {
  return !element.current || getComputedStyle(element.current).direction !== "rtl";
}

/** What the style sheet reckons the size from. */
function sizeOf({ width, height }: LightboxPicture): CSSProperties | undefined {
  if (!width || !height) return undefined;
  return { "--bs-wide": width, "--bs-ratio": width / height } as CSSProperties;
}

/** Wherever the focus is: a button that had it may have gone. */
function useKeys(ways: {
  turn: (side: "left" | "right") => void;
  zoom: (by: number) => void;
}): void {
  const newest = useRef(ways);
  useEffect(() => {
    newest.current = ways;
  });
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const { turn, zoom } = newest.current;
      if (event.key === "ArrowLeft") turn("left");
      else if (event.key === "ArrowRight") turn("right");
      else if (event.key === "+" || event.key === "=") zoom(STEP);
      else if (event.key === "-") zoom(1 / STEP);
      else if (event.key === "0") zoom(0);
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", key);
    return () => document.removeEventListener("keydown", key);
  }, []);
}

/** A name that is too long loses its middle: its ending says what it is. */
function Name({ name }: { name: string }): ReactNode {
  const [head, tail] = splitName(name);
  return (
    <bdi className="bs-file-name" title={name}>
      <span>{head}</span>
      {tail}
    </bdi>
  );
}

function Way({ icon, name, act }: { icon: IconName; name: string; act: () => void }): ReactNode {
  return (
    <button type="button" className="bs-quiet" title={name} aria-label={name} onClick={act}>
      <Icon name={icon} />
    </button>
  );
}

interface TurnProps {
  icon: IconName;
  side: "start" | "end";
  name: string;
  /** Where it leads nowhere it stays, and keeps the focus. */
  on: boolean;
  act: () => void;
}

function Turn({ icon, side, name, on, act }: TurnProps): ReactNode {
  return (
    <button
      type="button"
      className="bs-quiet bs-lightbox-turn"
      data-side={side}
      title={name}
      aria-label={name}
      aria-disabled={!on}
      onClick={act}
    >
      <Icon name={icon} />
    </button>
  );
}
