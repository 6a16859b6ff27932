// The way in: a name, a password, and a reason when it does not work; and what is shown until it is known who is in.
import { type AccountSession, asTrouble, type Trouble } from "@beseda/client";
import { Icon, sentenceFor, useChat, useWords } from "@beseda/react";
import { type FormEvent, type ReactNode, useId, useRef, useState } from "react";
import { useSharedWords } from "./words.ts";

export interface LoginFormProps {
  session: AccountSession;
  title: string;
  hint: string;
}

export function LoginForm({ session, title, hint }: LoginFormProps): ReactNode {
  const words = useSharedWords();
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const password = useRef<HTMLInputElement>(null);
  const why = useId();

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const filled = new FormData(event.currentTarget);
    setBusy(true);
    setTrouble(null);
    try {
      const identifier = String(filled.get("identifier")).trim();
      await session.login(identifier, String(filled.get("password")));
    } catch (error) {
      setTrouble(asTrouble(error));
      setBusy(false);
      password.current?.focus();
      password.current?.select();
    }
  };

  return (
    <main className="page-login">
      <form className="login-card" onSubmit={(event) => void submit(event)} aria-describedby={why}>
        <span className="login-mark" aria-hidden="true">
          <Icon name="chat" />
        </span>
        <h1>{title}</h1>
        <p className="login-hint">{hint}</p>
        <label>
          <span>{words.identifier}</span>
          <input name="identifier" autoComplete="username" autoCapitalize="none" required />
        </label>
        <label>
          <span>{words.password}</span>
          <input
            ref={password}
            name="password"
            type="password"
            autoComplete="current-password"
            required
          />
        </label>
        <p id={why} className="login-trouble" role="alert">
          {trouble && <LoginTrouble trouble={trouble} />}
        </p>
        <button type="submit" className="bs-button" disabled={busy}>
          {busy ? words.loggingIn : words.login}
        </button>
      </form>
    </main>
  );
}

function LoginTrouble({ trouble }: { trouble: Trouble }): ReactNode {
  const words = useSharedWords();
  const kit = useWords();
  if (trouble.kind === "unauthenticated") return words.wrong;
  if (trouble.kind === "throttled" && trouble.retryAfter > 0) {
    return words.tooOften(Math.ceil(trouble.retryAfter / 1000));
  }
  return sentenceFor(trouble, kit);
}

/** Who is logged in is not known yet. */
export function Waiting(): ReactNode {
  return (
    <main className="page-login">
      <span className="login-mark page-wait bs-late" aria-hidden="true">
        <Icon name="chat" />
      </span>
    </main>
  );
}

/** Who is logged in could not be found out. */
export function CheckFailed({ title, trouble }: { title: string; trouble: Trouble }): ReactNode {
  const { session } = useChat();
  const kit = useWords();
  return (
    <main className="page-login">
      <div className="bs-state" role="alert">
        <h2>{title}</h2>
        <p>{sentenceFor(trouble, kit)}</p>
        <button type="button" className="bs-button" onClick={() => void session.restore()}>
          {kit.retry}
        </button>
      </div>
    </main>
  );
}
