// An answer that is read as it comes, by fetch: it can carry a token, and comments of the server are heard too.
import type { Answer, Call, StreamAnswer } from "./platform.ts";

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
}

export async function streamByFetch(
  world: StreamGlobals,
  url: string,
  call: Call,
): Promise<StreamAnswer> {
  const answer = await world.fetch(url, { ...call, credentials: "same-origin" });
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
