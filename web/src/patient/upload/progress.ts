// How far one photo is, as the page shows it.

export type Progress =
  | { at: "waiting" }
  /** `sent` counts bytes that storage has confirmed, never bytes that only left the phone. */
  | { at: "sending"; sent: number; total: number }
  /** No answer comes; it goes on by itself. `long`: for more than half a minute. */
  | { at: "no-signal"; sent: number; total: number; long: boolean }
  | { at: "arrived" }
  | { at: "refused"; words: string };
