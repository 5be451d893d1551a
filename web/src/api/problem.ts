// What a function says when it cannot do what was asked (RFC 9457), as a value to decide on.

/** One wrong field of a form. */
export interface FieldError {
  field: string;
  detail: string;
}

/** A refusal. `kind` decides what a page does; `detail` is in words for whoever reads the page. */
export interface Problem {
  /** The last part of `type`: `link-expired`, `session-ended`, …; `unexpected` where none came. */
  kind: string;
  status: number;
  title: string;
  detail: string;
  errors: FieldError[];
  /** Members beside the standard ones: `phone`, `triesLeft`, `secondsLeft`, … */
  more: Record<string, unknown>;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function isFieldError(value: unknown): value is FieldError {
  return (
    typeof value === "object" &&
    value !== null &&
    "field" in value &&
    typeof value.field === "string" &&
    "detail" in value &&
    typeof value.detail === "string"
  );
}

/**
 * Reads a refusal. Whatever stands between the page and the function may answer with a page of its
 * own (a gateway, a captive portal), so nothing about `body` is believed.
 */
export function parseProblem(status: number, body: unknown): Problem {
  const members: Record<string, unknown> =
    typeof body === "object" && body !== null ? { ...body } : {};
  const { type, title, detail, errors, status: _, ...more } = members;
  return {
    kind: /^\/problems\/([a-z0-9-]+)$/.exec(text(type))?.[1] ?? "unexpected",
    status,
    title: text(title),
    detail: text(detail),
    errors: Array.isArray(errors) ? errors.filter(isFieldError) : [],
    more,
  };
}

/** A member of `more` that is a number, such as `triesLeft`. */
export function numberIn(problem: Problem, member: string): number | undefined {
  const value = problem.more[member];
  return typeof value === "number" ? value : undefined;
}

/** A member of `more` that is text, such as `phone`. */
export function textIn(problem: Problem, member: string): string | undefined {
  const value = problem.more[member];
  return typeof value === "string" ? value : undefined;
}
