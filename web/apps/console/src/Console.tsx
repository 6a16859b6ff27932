// The panes of the console: the queue, the conversation that is open, and what is known of who asks.
import { asTrouble, type Trouble } from "@beseda/client";
import type { Case } from "@beseda/client/desk";
import { addressOf, go, goBack, useKeyboardRoom, useNarrow } from "@beseda/pages";
import {
  ChatWindow,
  Icon,
  RepliesContext,
  Sheets,
  sentenceFor,
  useObserved,
  useSelf,
  useWords,
} from "@beseda/react";
import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { useActions } from "./actions.ts";
import { CaseBar } from "./CaseBar.tsx";
import { Context } from "./Context.tsx";
import { useDesk } from "./desk.ts";
import { HoursDialog } from "./HoursDialog.tsx";
import { usePlace } from "./place.ts";
import { QueueList, useView } from "./QueueList.tsx";
import { RepliesDialog } from "./RepliesDialog.tsx";
import { useReady, useReplies } from "./replies.ts";
import { ShortcutsDialog } from "./ShortcutsDialog.tsx";
import { focusField, useShortcuts } from "./shortcuts.ts";
import { nameOf } from "./titles.ts";
import { useWide } from "./useWide.ts";
import { useConsoleWords } from "./words.ts";

type Opened = "replies" | "hours" | "shortcuts" | null;

export function Console({ settings }: { settings: ReactNode }): ReactNode {
  const words = useConsoleWords();
  const narrow = useNarrow();
  const { room } = usePlace();
  const view = useView();
  const [opened, setOpened] = useState<Opened>(null);
  const replies = useReplies();
  useKeyboardRoom();
  const step = useCallback(
    (by: 1 | -1) => {
      const at = view.shown.findIndex((one) => one.room === room);
      const next = view.shown[at < 0 ? 0 : at + by];
      if (next) go(next.room);
    },
    [view.shown, room],
  );
  useShortcuts({
    next: () => step(1),
    previous: () => step(-1),
    help: () => setOpened("shortcuts"),
  });
  const List = narrow ? "main" : "aside";
  return (
    <div className="console" data-open={room !== null}>
      {(!narrow || room === null) && (
        <List className="pane-list">
          <header className="list-header">
            <h1>{words.title}</h1>
            <div className="console-tools">
              <Tool icon="chat" name={words.replies} onUse={() => setOpened("replies")} />
              <Tool icon="clock" name={words.hours} onUse={() => setOpened("hours")} />
              <Tool icon="more" name={words.shortcuts} onUse={() => setOpened("shortcuts")} />
              {settings}
            </div>
          </header>
          <QueueList view={view} selected={room} />
        </List>
      )}
      {(!narrow || room !== null) && (
        <Conversation
          key={room}
          room={room}
          isNarrow={narrow}
          replies={replies}
          onResolved={() => {
            const at = view.shown.findIndex((one) => one.room === room);
            const next = view.shown[at + 1] ?? view.shown[at - 1];
            go(next && next.room !== room ? next.room : null);
          }}
        />
      )}
      {opened === "replies" && <RepliesDialog {...replies} onEnd={() => setOpened(null)} />}
      {opened === "hours" && <HoursDialog onEnd={() => setOpened(null)} />}
      {opened === "shortcuts" && <ShortcutsDialog onEnd={() => setOpened(null)} />}
    </div>
  );
}

interface ToolProps {
  icon: "chat" | "clock" | "more";
  name: string;
  onUse: () => void;
}

function Tool({ icon, name, onUse }: ToolProps): ReactNode {
  return (
    <button type="button" className="bs-quiet" title={name} aria-label={name} onClick={onUse}>
      <Icon name={icon} />
    </button>
  );
}

interface ConversationProps {
  room: string | null;
  isNarrow: boolean;
  replies: ReturnType<typeof useReplies>;
  onResolved: () => void;
}

function Conversation({ room, isNarrow, replies, onResolved }: ConversationProps): ReactNode {
  const kit = useWords();
  const { told, trouble, retry } = useCase(room);
  if (room !== null && told) {
    return <Open key={room} {...{ told, isNarrow, replies, onResolved }} />;
  }
  return (
    <main className="pane-thread">
      {room === null && <NothingOpen />}
      {trouble && (
        <div className="bs-state" role="alert">
          <h2>{kit.refusedTitle}</h2>
          <p>{sentenceFor(trouble, kit)}</p>
          <button type="button" className="bs-button" onClick={retry}>
            {kit.retry}
          </button>
          <button type="button" className="bs-link" onClick={goBack}>
            {kit.back}
          </button>
        </div>
      )}
    </main>
  );
}

function NothingOpen(): ReactNode {
  const words = useConsoleWords();
  return (
    <div className="bs-state">
      <Sheets />
      <h2>{words.choose}</h2>
      <p>{words.chooseHint}</p>
    </div>
  );
}

interface OpenProps extends Omit<ConversationProps, "room"> {
  told: Case;
}

function Open({ told, isNarrow, replies, onResolved }: OpenProps): ReactNode {
  const { at } = usePlace();
  const kit = useWords();
  const actions = useActions(told);
  const wide = useWide();
  const [hasDrawer, setDrawer] = useState(false);
  const writer = useRef<((text: string) => void) | null>(null);
  const ready = useReady(told, replies.all);
  useShortcuts({
    take: () => void actions.take(),
    resolve: () => void actions.resolve(),
    note: () => {
      setDrawer(true);
      focusField(".notes .note-field");
    },
    reply: () => focusField(".bs-window .bs-field"),
  });
  const insert = (text: string) => {
    const field = document.querySelector<HTMLTextAreaElement>(".bs-window .bs-field");
    const before = field?.value.trimEnd() ?? "";
    writer.current?.(before ? `${before}\n${text}` : text);
    setDrawer(false);
    field?.focus();
  };
  const context = (
    <Context
      told={told}
      actions={actions}
      ready={ready}
      onInsert={insert}
      {...(wide ? {} : { onClose: () => setDrawer(false) })}
    />
  );
  return (
    <RepliesContext value={ready}>
      <main className="pane-thread">
        {isNarrow && <h1 className="bs-hidden">{nameOf(told, kit)}</h1>}
        <ChatWindow
          roomId={told.room}
          at={at}
          title={nameOf(told, kit)}
          writer={writer}
          linkTo={(key, seq) => new URL(addressOf(key, seq), location.href).href}
          strip={
            <CaseBar
              told={told}
              actions={actions}
              onResolved={onResolved}
              {...(wide ? {} : { onDetails: () => setDrawer(!hasDrawer) })}
            />
          }
          {...(isNarrow ? { onBack: goBack } : {})}
        />
      </main>
      {(wide || hasDrawer) && context}
    </RepliesContext>
  );
}

/** The case of the room that is open: the queue's, or asked for where it stands in none. */
function useCase(room: string | null) {
  const { queue } = useDesk();
  const self = useSelf();
  const { cases } = useObserved(queue);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [tries, setTries] = useState(0);
  const told = room === null ? undefined : cases.get(room);
  const isKnown = told !== undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: every further try asks again
  useEffect(() => {
    setTrouble(null);
    if (room === null || isKnown || self === "") return;
    let wanted = true;
    queue.find(room).catch((error) => wanted && setTrouble(asTrouble(error)));
    return () => {
      wanted = false;
    };
  }, [queue, room, isKnown, self, tries]);
  return { told, trouble, retry: () => setTries(tries + 1) };
}
