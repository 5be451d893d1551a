// Correcting details while others may do the same: the version that was seen goes with what is
// typed, and where somebody was quicker nothing is saved until a person has compared. Pure.
import { detailsOf, differences, type DetailsTyped, type Difference } from "./details_form.ts";
import type { PatientShown } from "./staff_api.ts";

export type Correction =
  | { is: "typing"; version: number; typed: DetailsTyped }
  /** `theirs` is saved now; `typed` is not. */
  | {
      is: "conflict";
      version: number;
      typed: DetailsTyped;
      theirs: DetailsTyped;
      differ: Difference[];
    };

export type CorrectionEvent =
  | { told: "typed"; typed: DetailsTyped }
  | { told: "changed-meanwhile"; saved: PatientShown }
  | { told: "keep-mine" }
  | { told: "take-theirs" };

export function startCorrection(record: PatientShown): Correction {
  return { is: "typing", version: record.version, typed: detailsOf(record) };
}

export function afterCorrection(state: Correction, event: CorrectionEvent): Correction {
  switch (event.told) {
    case "typed":
      return { is: "typing", version: state.version, typed: event.typed };
    case "changed-meanwhile": {
      const theirs = detailsOf(event.saved);
      const differ = differences(theirs, state.typed);
      return { is: "conflict", version: event.saved.version, typed: state.typed, theirs, differ };
    }
    case "keep-mine":
      return { is: "typing", version: state.version, typed: state.typed };
    case "take-theirs":
      return state.is === "conflict"
        ? { is: "typing", version: state.version, typed: state.theirs }
        : state;
  }
}
