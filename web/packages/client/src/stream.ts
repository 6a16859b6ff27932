// An answer that is read as it comes, by fetch: it can carry a token, and comments of the server are heard too.
import { type Answer, type Call, newStop, type StreamAnswer } from "./platform.ts";
import { PATIENCE } from "./waiting.ts";

interface Reader {
  read(): Promise<{ done: boolean; value?: string }>;
  cancel(): Promise<void>;
}

interface Body {
  pipeThrough(transform: object): { getReader(): Reader };
}

export interface StreamGlobals {
  fetch(url: string, call: object): Promise<Answer & { body: Body | null }>;
  TextDecoderStream: new () => object;
  setTimeout(work: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

export async function streamByFetch(
  world: StreamGlobals,
  url: string,
  { patience = PATIENCE, ...call }: Call,
): Promise<StreamAnswer> {
  // An answer that does not begin would keep its connection for good, and a browser has few.
  const stop = newStop();
  const timer = world.setTimeout(() => stop.abort(), patience);
  const how = { ...call, credentials: "same-origin", signal: stop.signal };
  const answer = await world.fetch(url, how).finally(() => world.clearTimeout(timer));
  const reader = answer.body?.pipeThrough(new world.TextDecoderStream()).getReader();
  const next = async () => {
    const told = await reader?.read();
    return told && !told.done ? (told.value ?? "") : null;
  };
  return {
    status: answer.status,
    headers: answer.headers,
    async text() {
      let all = "";
      for (let piece = await next(); piece !== null; piece = await next()) all += piece;
      return all;
    },
    next,
    stop: () => void reader?.cancel().catch(() => undefined),
  };
}
