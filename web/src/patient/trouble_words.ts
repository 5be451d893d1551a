// What went wrong, in words. What a function says in `detail` is meant for the patient; what came
// without such words has ours.
import type { Trouble } from "./patient_api.ts";
import { words } from "./words.ts";

export interface TroubleSaid {
  title: string;
  body: string;
  /** Whom to phone, where the words name a number. */
  phone?: string;
}

export function troubleSaid(trouble: Trouble): TroubleSaid {
  if (trouble.kind === "unreachable") {
    return { title: words.problem, body: words.unreachable.short };
  }
  const { title, detail, kind, more } = trouble.problem;
  return {
    title: title === "" ? words.problem : title,
    body: kind === "unexpected" || detail === "" ? words.unexpected : detail,
    ...(typeof more["phone"] === "string" ? { phone: more["phone"] } : {}),
  };
}
