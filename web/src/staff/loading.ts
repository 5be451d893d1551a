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
  if (event.told === "asked")
    return state.is === "failed" && state.last === undefined ? { is: "waiting" } : state;
  if (event.answer.kind === "done") return { is: "shown", value: event.answer.body };
  return { is: "failed", why: event.answer, last: lastOf(state) };
}

/** What can be shown now, however old. */
export function lastOf<T>(state: Loading<T>): T | undefined {
  if (state.is === "shown") return state.value;
  return state.is === "failed" ? state.last : undefined;
}

/**
 * Asks once for each `key`, and again when told; without a key it asks nothing. An answer that comes
 * too late is dropped, and what belongs to another key is never shown under this one.
 */
export function useLoading<T>(key: string | undefined, ask: () => Promise<StaffAnswer<T>>) {
  const [kept, setKept] = useState<{ key: string | undefined; state: Loading<T> }>(() =>
    nothing(key),
  );
  const asked = useRef(0);
  const latest = useRef(ask);
  latest.current = ask;

  const reload = useCallback(async () => {
    if (key === undefined) return;
    const turn = ++asked.current;
    const tell = (event: LoadingEvent<T>) =>
      setKept((before) => ({
        key,
        state: afterLoading(before.key === key ? before.state : { is: "waiting" }, event),
      }));
    tell({ told: "asked" });
    const answer = await latest.current();
    if (turn === asked.current) tell({ told: "answer", answer });
  }, [key]);

  useEffect(() => {
    void reload();
    return () => {
      asked.current++;
    };
  }, [reload]);

  const { state } = kept.key === key ? kept : nothing<T>(key);
  return { state, reload };
}

function nothing<T>(key: string | undefined): { key: string | undefined; state: Loading<T> } {
  return { key, state: { is: "waiting" } };
}
