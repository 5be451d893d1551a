// Whether anybody is at the page: the last time a hand moved on it, and what follows when none has
// for long. Pages of a hospital stand on desks that others walk past.

/** What a hand does, whatever it holds. */
const HANDS = ["pointermove", "pointerdown", "keydown", "wheel", "touchstart", "input"] as const;
/** When a page comes back to sight its time is looked at before anything else. */
const RETURNS = ["visibilitychange", "focus", "pageshow"] as const;

export interface HandWatchPorts {
  /** Where hands are felt; the window. */
  target: Pick<EventTarget, "addEventListener" | "removeEventListener">;
  /**
   * Milliseconds since some moment, by clocks that only go forward or only stand still while the
   * device sleeps: the longest time that any of them saw counts.
   */
  clocks: readonly (() => number)[];
  /** Calls back after so many milliseconds; answers how to forget that. */
  later: (after: number, call: () => void) => () => void;
}

export const BROWSER: HandWatchPorts = {
  target: typeof window === "undefined" ? new EventTarget() : window,
  clocks: [() => performance.now(), () => Date.now()],
  later: (after, call) => {
    const timer = setTimeout(call, after);
    return () => clearTimeout(timer);
  },
};

/** Calls `left` once, when no hand was on the page for `patience` milliseconds; answers how to stop. */
export function watchHands(
  patience: number,
  left: () => void,
  { target, clocks, later }: HandWatchPorts = BROWSER,
): () => void {
  let last = clocks.map((clock) => clock());
  let forget = () => {};
  const options = { capture: true, passive: true };
  const stop = () => {
    forget();
    for (const name of HANDS) target.removeEventListener(name, felt, options);
    for (const name of RETURNS) target.removeEventListener(name, look, options);
  };
  const waited = () => Math.max(...clocks.map((clock, at) => clock() - (last[at] ?? 0)));
  /** False where it is over: then the hand that came is somebody else's, for all we know. */
  function look(): boolean {
    const rest = patience - waited();
    if (rest <= 0) {
      stop();
      left();
      return false;
    }
    forget();
    forget = later(rest, look);
    return true;
  }
  function felt(): void {
    if (waited() < patience) last = clocks.map((clock) => clock());
    else look();
  }
  for (const name of HANDS) target.addEventListener(name, felt, options);
  for (const name of RETURNS) target.addEventListener(name, look, options);
  look();
  return stop;
}
