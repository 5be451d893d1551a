// How long the session still lasts, by the page's own steady clock: the functions count seconds,
// and the device's time of day may be wrong by years.
import { useEffect, useState } from "preact/hooks";

/** How long before the end the page says so. */
const NOTICE = 120_000;

export type SessionPhase = "long" | "ending" | "over";

/** `seconds` that a function counted, from now. */
export function endsIn(seconds: number): number {
  return performance.now() + seconds * 1000;
}

export function phaseAt(endsAt: number, now: number): SessionPhase {
  const left = endsAt - now;
  return left <= 0 ? "over" : left <= NOTICE ? "ending" : "long";
}

/** Milliseconds until the phase changes; `undefined` where it never will. */
export function nextChange(endsAt: number, now: number): number | undefined {
  const left = endsAt - now;
  return left <= 0 ? undefined : left <= NOTICE ? left : left - NOTICE;
}

/** Follows the phase of a session that ends at `endsAt`. */
export function useSessionPhase(endsAt: number): SessionPhase {
  const [phase, setPhase] = useState(() => phaseAt(endsAt, performance.now()));
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      const now = performance.now();
      setPhase(phaseAt(endsAt, now));
      const wait = nextChange(endsAt, now);
      timer = wait === undefined ? undefined : setTimeout(look, wait + 50);
    };
    look();
    return () => clearTimeout(timer);
  }, [endsAt]);
  return phase;
}
