// The system's time, counted on from what the server said: the browser's own clock may be wrong,
// and the whole system's may be set ahead on purpose.

/** The system's time in milliseconds since 1970, now. */
export type Clock = () => number;

/** Counts on from `now` (RFC 3339), as the server said it a moment ago. */
export function clockFrom(now: string, ticks: () => number = () => performance.now()): Clock {
  const said = Date.parse(now);
  const heard = ticks();
  return () => said + (ticks() - heard);
}
