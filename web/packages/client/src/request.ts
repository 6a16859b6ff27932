// An upload that tells how far it has come: only XMLHttpRequest does, so a browser uses that.
import type { Answer, UploadCall } from "./platform.ts";

interface Request {
  readonly status: number;
  readonly responseText: string;
  readonly upload: { onprogress: ((event: { loaded: number; total: number }) => void) | null };
  onload: (() => void) | null;
  onerror: (() => void) | null;
  onabort: (() => void) | null;
  open(method: string, url: string): void;
  setRequestHeader(name: string, value: string): void;
  getResponseHeader(name: string): string | null;
  send(body: Form): void;
  abort(): void;
}

interface Form {
  append(name: string, value: unknown, fileName?: string): void;
}

/** What an upload needs of the runtime's global object. */
export interface RequestGlobals {
  FormData: new () => Form;
  /** Runtimes without pages have none. */
  XMLHttpRequest?: new () => Request;
  fetch(url: string, call: object): Promise<Answer>;
}

export function uploadByRequest(
  world: RequestGlobals,
  url: string,
  { headers, fields, file, progress, signal }: UploadCall,
): Promise<Answer> {
  const body = new world.FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  body.append("file", file, file.name);
  const { XMLHttpRequest } = world;
  if (!XMLHttpRequest) return world.fetch(url, { method: "POST", headers, body, signal });
  return new Promise((done, fail) => {
    if (signal?.aborted) throw new Error("aborted");
    const request = new XMLHttpRequest();
    request.open("POST", url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => progress?.(total > 0 ? loaded / total : 0);
    request.onload = () =>
      done({
        status: request.status,
        headers: { get: (name) => request.getResponseHeader(name) },
        text: async () => request.responseText,
      });
    request.onerror = () => fail(new Error("no answer"));
    request.onabort = () => fail(new Error("aborted"));
    signal?.addEventListener("abort", () => request.abort());
    request.send(body);
  });
}
