// What somebody hears for whose role there are no chats, and the way out.
import { useSharedWords } from "@beseda/pages";
import { useChat, useLogout, useObserved } from "@beseda/react";
import type { ReactNode } from "react";
import { usePageWords } from "./words.ts";

/** The roles for which some contract has chats; whoever has another one has only those that the application puts them into. */
const WITH_CHATS: ReadonlySet<string> = new Set([
  "client",
  "expert",
  "operator",
  "mom",
  "admin",
  "teacher",
  "student",
  "customer",
  "therapist",
  "visitor",
]);

/** The server refuses nobody the list of their own rooms: for a role without any it is empty, and stays so. */
export function useHasChats(role: string): boolean {
  const { rooms, loaded } = useObserved(useChat().rooms);
  return WITH_CHATS.has(role) || !loaded || rooms.length > 0;
}

export function NoChats(): ReactNode {
  const { byCookie } = useObserved(useChat().session);
  const logout = useLogout();
  const words = usePageWords();
  const shared = useSharedWords();
  return (
    <main className="page-login">
      <div className="bs-state" role="alert">
        <h1>{words.noChats}</h1>
        <p>{words.noChatsHint}</p>
        {!byCookie && (
          <button type="button" className="bs-button" onClick={() => void logout()}>
            {shared.logout}
          </button>
        )}
      </div>
    </main>
  );
}
