// What is wrong with a form, and where: beside the fields, and in a list on top that leads to them.
import type { Failed } from "./loading.ts";
import { words } from "./words.ts";

export interface FormProblems {
  /** Names of fields as the API has them, each with a line beside it. */
  fields: ReadonlyMap<string, string>;
  /** What is about no field of this form. */
  general: readonly string[];
  /** Counts the tries, so that each new list takes the focus. */
  tries: number;
}

export const NO_PROBLEMS: FormProblems = { fields: new Map(), general: [], tries: 0 };

export function isClean({ fields, general }: FormProblems): boolean {
  return fields.size === 0 && general.length === 0;
}

/** Found on this page, before anything was sent. */
export function found(
  before: FormProblems,
  fields: Iterable<readonly [string, string]>,
): FormProblems {
  return { fields: new Map(fields), general: [], tries: before.tries + 1 };
}

/** What the service refused: its lines beside our fields, all else in the general words. */
export function refused(
  before: FormProblems,
  why: Failed,
  known: readonly string[],
  unreachable: string,
): FormProblems {
  const tries = before.tries + 1;
  if (why.kind !== "refused") {
    const line = why.kind === "ended" ? words.trouble.ended : unreachable;
    return { fields: new Map(), general: [line], tries };
  }
  const { errors, detail } = why.problem;
  const fields = new Map<string, string>();
  const general: string[] = [];
  for (const error of errors) {
    if (!known.includes(error.field)) general.push(error.detail);
    else if (!fields.has(error.field)) fields.set(error.field, error.detail);
  }
  if (fields.size === 0 && general.length === 0) general.push(detail || words.trouble.unexpected);
  return { fields, general, tries };
}
