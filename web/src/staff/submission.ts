// A form on its way: typed in, sent, or refused with what is wrong. Pure.
import { found, isClean, NO_PROBLEMS, refused, type FormProblems } from "./form_problems.ts";
import type { Failed } from "./loading.ts";

export type Submission =
  | { is: "open"; problems: FormProblems }
  /** Sent, no answer yet: a second press sends nothing. */
  | { is: "sending"; problems: FormProblems };

export const FRESH: Submission = { is: "open", problems: NO_PROBLEMS };

export type SubmissionEvent =
  | { told: "wrong-here"; fields: Iterable<readonly [string, string]> }
  | { told: "sent" }
  | { told: "refused"; why: Failed; known: readonly string[]; unreachable: string };

export function afterSubmission(state: Submission, event: SubmissionEvent): Submission {
  switch (event.told) {
    case "wrong-here":
      return { is: "open", problems: found(state.problems, event.fields) };
    case "sent":
      return { is: "sending", problems: { ...NO_PROBLEMS, tries: state.problems.tries } };
    case "refused": {
      const { why, known, unreachable } = event;
      return { is: "open", problems: refused(state.problems, why, known, unreachable) };
    }
  }
}

export function isWrong({ problems }: Submission): boolean {
  return !isClean(problems);
}
