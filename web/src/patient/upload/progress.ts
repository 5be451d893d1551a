// How far one photo is, as the page shows it.

export type Progress =
  | { at: "waiting" }
  /** `sent` counts bytes that storage has confirmed, never bytes that only left the phone. */
  | { at: "sending"; sent: number; total: number }
  /** No answer comes; it goes on by itself. `long`: for more than half a minute. */
  | { at: "no-signal"; sent: number; total: number; long: boolean }
  | { at: "arrived" }
  /** It was not taken; it is still on this page. */
  | { at: "refused"; words: string }
  /** It arrived and could not be used; the function says why. */
  | { at: "unusable" };
