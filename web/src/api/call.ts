// The one way from a page to a function: a call typed by the published description of the API, and
// an answer that can only be one of three things.
import type { paths } from "./openapi.d.ts";
import { parseProblem, type Problem } from "./problem.ts";

export type Method = "get" | "post" | "put" | "patch" | "delete";

/** Paths that a method can be asked of. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends { [K in M]: { responses: unknown } } ? P : never;
}[keyof paths];

type Operation<M extends Method, P extends keyof paths> = paths[P] extends {
  [K in M]: infer O;
}
  ? O
  : never;

type JsonOf<T> = T extends { content: { "application/json": infer B } } ? B : never;

/** The body of a call; `never` where it takes none. */
export type CallBody<M extends Method, P extends keyof paths> =
  Operation<M, P> extends { requestBody: infer R } ? JsonOf<R> : never;

type Responses<M extends Method, P extends keyof paths> =
  Operation<M, P> extends { responses: infer R } ? R : never;

type Success = 200 | 201 | 202 | 204;

/** What comes back when it worked. */
export type Body<M extends Method, P extends keyof paths> = {
  [S in keyof Responses<M, P> & Success]: JsonOf<Responses<M, P>[S]>;
}[keyof Responses<M, P> & Success];

export type Answer<T> =
  | { kind: "done"; status: number; body: T }
  | { kind: "refused"; problem: Problem }
  /** No answer came: no signal, a cut connection, or it took too long. Perhaps it was done. */
  | { kind: "unreachable" };

/** It did not work, for all we know. */
export type NotDone = Exclude<Answer<never>, { kind: "done" }>;

type Parameters = Readonly<Record<string, string>>;

export interface CallOptions<M extends Method, P extends keyof paths> {
  /** Fills `{name}` of the path. */
  path?: Parameters;
  query?: Parameters;
  body?: CallBody<M, P>;
  signal?: AbortSignal;
}

export type Call = <M extends Method, P extends PathOf<M>>(
  method: M,
  path: P,
  options?: CallOptions<M, P>,
) => Promise<Answer<Body<M, P>>>;

export interface CallerOptions {
  /** Headers of every call, asked for anew each time: a bearer token, the request's id. */
  headers: () => Readonly<Record<string, string>>;
  /** After this many milliseconds without an answer a call counts as unreachable. */
  patience?: number;
}

const PATIENCE = 30_000;

/** Makes the function that a surface calls with. Cookies go to our own origin only. */
export function createCaller({ headers, patience = PATIENCE }: CallerOptions): Call {
  return async (method, path, options = {}) => {
    const giveUp = new AbortController();
    const timer = setTimeout(() => giveUp.abort(), patience);
    const stop = () => giveUp.abort();
    options.signal?.addEventListener("abort", stop);
    try {
      const response = await fetch(address(path, options.path, options.query), {
        method: method.toUpperCase(),
        headers: {
          Accept: "application/json",
          // Calls that change something carry JSON even if empty: a form of another site cannot.
          ...(method === "get" ? {} : { "Content-Type": "application/json" }),
          ...headers(),
        },
        ...(method === "get" ? {} : { body: JSON.stringify(options.body ?? {}) }),
        credentials: "same-origin",
        cache: "no-store",
        redirect: "error",
        referrerPolicy: "no-referrer",
        signal: giveUp.signal,
      });
      return await read(response);
    } catch {
      return { kind: "unreachable" };
    } finally {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", stop);
    }
  };
}

function address(path: string, parameters: Parameters = {}, query: Parameters = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(parameters[name] ?? ""),
  );
  const search = new URLSearchParams(query).toString();
  return search === "" ? filled : `${filled}?${search}`;
}

async function read<T>(response: Response): Promise<Answer<T>> {
  const { ok, status } = response;
  const text = await response.text();
  const body = parseJson(text);
  if (!ok || body === undefined) {
    return { kind: "refused", problem: parseProblem(status, body) };
  }
  // The one place where the wire's shape is taken on trust: both sides are built from one file.
  return { kind: "done", status, body: body as T };
}

/** `undefined` where it is no JSON, such as a gateway's error page. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
