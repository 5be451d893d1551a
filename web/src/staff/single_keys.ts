// Single keys for people who work fast. They never act while somebody types, and can be switched
// off: speech input "presses" letters (WCAG 2.1.4).
import { useEffect, useRef } from "preact/hooks";

export type KeyActions = Readonly<Record<string, (() => void) | undefined>>;

/** True where letters belong to what is typed, chosen or pressed. */
function isForTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

export function useSingleKeys(on: boolean, actions: KeyActions): void {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    if (!on) return;
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isForTyping(event.target)) return;
      const action = latest.current[event.key];
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [on]);
}
