// A task that somebody calls done goes from the list at once and to the service ten seconds later:
// until then it can be undone. Where the page is left meanwhile it is sent at once, and where that
// does not arrive the task is still open, which is the safe mistake.
import { useEffect, useRef, useState } from "preact/hooks";
import type { DoneTask, InboxEntry } from "./staff_api.ts";

/** How long a task can be taken back, in milliseconds. */
export const UNDO_TIME = 10_000;

export interface Done {
  row: InboxEntry;
  said: DoneTask;
}

export interface Undoable {
  /** Not sent yet; `undefined` where nothing is. */
  done: Done | undefined;
  mark: (done: Done) => void;
  undo: () => void;
}

export function useFinishing(send: (done: Done) => void): Undoable {
  const [done, show] = useState<Done | undefined>(undefined);
  const waiting = useRef<Done | undefined>(undefined);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const latest = useRef(send);
  latest.current = send;

  const put = (next: Done | undefined) => {
    clearTimeout(timer.current);
    waiting.current = next;
    show(next);
  };
  const sendNow = () => {
    const sent = waiting.current;
    put(undefined);
    if (sent !== undefined) latest.current(sent);
  };
  const leave = useRef(sendNow);
  leave.current = sendNow;
  useEffect(() => {
    const left = () => leave.current();
    window.addEventListener("pagehide", left);
    return () => {
      window.removeEventListener("pagehide", left);
      left();
    };
  }, []);

  const mark = (next: Done) => {
    // One at a time: the one before can be undone no more.
    sendNow();
    put(next);
    timer.current = setTimeout(() => leave.current(), UNDO_TIME);
  };
  return { done, mark, undo: () => put(undefined) };
}
