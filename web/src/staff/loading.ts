// Something that a page gets before it can show itself, as one value; and the hook that gets it.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { StaffAnswer } from "./staff_api.ts";

export type Failed = Exclude<StaffAnswer<never>, { kind: "done" }>;

export type Loading<T> =
  | { is: "waiting" }
  | { is: "shown"; value: T }
  /** What was shown before stays readable while and after a fresh one is asked for. */
  | { is: "failed"; why: Failed; last: T | undefined };

export type LoadingEvent<T> = { told: "asked" } | { told: "answer"; answer: StaffAnswer<T> };

export function afterLoading<T>(state: Loading<T>, event: LoadingEvent<T>): Loading<T> {
  if (event.told === "asked") return state.is === "failed" && state.last === undefined ? { is: "waiting" } : state;
  if (event.answer.kind === "done") return { is: "shown", value: event.answer.body };
  return { is: "failed", why: event.answer, last: lastOf(state) };
}

/** What can be shown now, however old. */
export function lastOf<T>(state: Loading<T>): T | undefined {
  if (state.is === "shown") return state.value;
  return state.is === "failed" ? state.last : undefined;
}

/** Asks once for each `key`, and again when told; an answer that comes too late is dropped. */
export function useLoading<T>(key: string, ask: () => Promise<StaffAnswer<T>>) {
  const [state, setState] = useState<Loading<T>>({ is: "waiting" });
  const asked = useRef(0);
  const latest = useRef(ask);
  latest.current = ask;

  const reload = useCallback(async () => {
    const turn = ++asked.current;
    setState((before) => afterLoading(before, { told: "asked" }));
    const answer = await latest.current();
    if (turn === asked.current) setState((before) => afterLoading(before, { told: "answer", answer }));
  }, []);

  useEffect(() => {
    setState({ is: "waiting" });
    void reload();
    return () => {
      asked.current++;
    };
  }, [key, reload]);

  return { state, reload };
}
