// What somebody has typed and not saved, by patient and form: kept in memory while pages change, and
// gone with the sign-out. Nothing of it is ever kept on the device, so closing the tab asks first.
import { useEffect, useRef, useState } from "preact/hooks";
import { useStaff } from "./staff_context.ts";

export class Drafts {
  readonly #kept = new Map<string, unknown>();

  /** Keeps `typed`, or lets it go where it says no more than the empty form `fresh`. */
  keep(key: string, typed: unknown, fresh: unknown): void {
    if (JSON.stringify(typed) === JSON.stringify(fresh)) this.#kept.delete(key);
    else this.#kept.set(key, typed);
  }

  /** What was kept under `key`; `undefined` where nothing was. */
  read(key: string): unknown {
    return this.#kept.get(key);
  }

  forget(key: string): void {
    this.#kept.delete(key);
  }

  forgetAll(): void {
    this.#kept.clear();
  }

  get isEmpty(): boolean {
    return this.#kept.size === 0;
  }
}

/** The key of a form about a patient, such as the note beside one picture. */
export function draftKey(patient: string, ...form: readonly string[]): string {
  return [patient, ...form].join(" ");
}

/** A form's state that outlives its page; the last function lets it go once it has been saved. */
export function useDraft<T>(
  key: string,
  fresh: () => T,
): readonly [T, (change: (before: T) => T) => void, () => void] {
  const { drafts } = useStaff();
  const empty = useRef<T | undefined>(undefined);
  empty.current ??= fresh();
  const blank = empty.current;
  const [typed, show] = useState<T>(() => (drafts.read(key) as T | undefined) ?? blank);
  // Read when it is changed, so that two changes of one moment both count.
  const latest = useRef(typed);
  const set = (change: (before: T) => T) => {
    latest.current = change(latest.current);
    drafts.keep(key, latest.current, blank);
    show(latest.current);
  };
  const forget = () => {
    latest.current = blank;
    drafts.forget(key);
    show(blank);
  };
  return [typed, set, forget];
}

/** Browsers ask "Leave this page?" in their own words while something typed is not saved. */
export function useAskBeforeLeaving(drafts: Drafts): void {
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (!drafts.isEmpty) event.preventDefault();
    };
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [drafts]);
}
