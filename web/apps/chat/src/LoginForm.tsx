// The way in: a name, a password, and a reason when it does not work.
import { type AccountSession, asTrouble, type Trouble } from "@beseda/client";
import { Icon, sentenceFor, useWords } from "@beseda/react";
import { type FormEvent, type ReactNode, useId, useRef, useState } from "react";
import { usePageWords } from "./words.ts";

export function LoginForm({ session }: { session: AccountSession }): ReactNode {
  const words = usePageWords();
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
        <h1>{words.loginTitle}</h1>
        <p className="login-hint">{words.loginHint}</p>
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
  const words = usePageWords();
  const kit = useWords();
  if (trouble.kind === "unauthenticated") return words.wrong;
  if (trouble.kind === "throttled" && trouble.retryAfter > 0) {
    return words.tooOften(Math.ceil(trouble.retryAfter / 1000));
  }
  return sentenceFor(trouble, kit);
}
