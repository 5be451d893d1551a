// From the wish to see a picture to its pixels: the look is written down first, then a short read
// URL is had, then the bytes. A URL that ended on the way is renewed, which is another look. Pure.
import type { Failed } from "./loading.ts";
import type { View } from "./staff_api.ts";

export type Looking =
  | { is: "asking" }
  | { is: "fetching"; view: View; lookedAt: number; renewed: boolean }
  | { is: "here"; source: string; lookedAt: number; check: "matches" | "differs" | "not-yet" }
  | { is: "failed"; why: Failed | { kind: "no-bytes" } };

export type LookingEvent =
  | { told: "again" }
  | { told: "view"; view: View; at: number; renewed: boolean }
  | { told: "refused"; why: Failed }
  | { told: "url-ended" }
  | { told: "no-bytes" }
  | { told: "bytes"; source: string }
  | { told: "checked"; matches: boolean };

export function afterLooking(state: Looking, event: LookingEvent): Looking {
  switch (event.told) {
    case "again":
      return { is: "asking" };
    case "view":
      return { is: "fetching", view: event.view, lookedAt: event.at, renewed: event.renewed };
    case "refused":
      return { is: "failed", why: event.why };
    case "url-ended":
      // A fresh URL that has ended at once is not a matter of time.
      return state.is === "fetching" && !state.renewed
        ? { is: "asking" }
        : { is: "failed", why: { kind: "no-bytes" } };
    case "no-bytes":
      return { is: "failed", why: { kind: "no-bytes" } };
    case "bytes":
      return state.is === "fetching"
        ? { is: "here", source: event.source, lookedAt: state.lookedAt, check: "not-yet" }
        : state;
    case "checked":
      return state.is === "here"
        ? { ...state, check: event.matches ? "matches" : "differs" }
        : state;
  }
}
