// Where a journey ends: what happened, that nothing is lost, and the way on: a button, somebody to
// phone, or a page that may be closed.
import { textIn } from "../api/problem.ts";
import type { Operator } from "../api/settings.ts";
import type { Asking, Ending } from "./journey.ts";
import { troubleSaid } from "./trouble_words.ts";
import { words } from "./words.ts";

export interface EndWords {
  title: string;
  /** Each a paragraph. */
  body: readonly string[];
  /** What can be done on the page: ask for a new link, or open this one again. */
  button?: "renew" | "open-again";
  /** Whom to phone, where the words do not say it. */
  phone?: { controller: string; number: string };
}

/** Problems that no second try mends. */
const FINAL = ["link-closed", "link-expired", "unknown-link"];

/** `operator` is whom to phone where nobody knows who asked. */
export function endWords(
  ending: Ending,
  asking: Asking | undefined,
  operator?: Pick<Operator, "name" | "phone">,
): EndWords {
  const { stopped, declineLink, consent, withdraw, cookies } = words;
  const known = asking ?? (operator && { controller: operator.name, phone: operator.phone });
  const whom = known && { phone: { controller: known.controller, number: known.phone } };
  switch (ending.why) {
    case "problem": {
      const { problem } = ending;
      const { title, body, phone } = troubleSaid({ kind: "problem", problem });
      const isRenewable = problem.more["renewable"] === true;
      return {
        title,
        body: [body],
        ...(isRenewable ? { button: "renew" as const } : {}),
        ...(!isRenewable && !FINAL.includes(problem.kind) ? { button: "open-again" as const } : {}),
        ...(phone === undefined && whom),
      };
    }
    case "no-link":
      return { title: stopped.noLinkTitle, body: [stopped.noLink], ...whom };
    case "insecure":
      return { title: stopped.insecureTitle, body: [stopped.insecure], ...whom };
    case "cookies":
      return { title: cookies.title, body: [cookies.why], button: "open-again", ...whom };
    case "renewed":
      return { title: stopped.renewedTitle, body: [stopped.renewed], ...whom };
    case "declined":
      return {
        title: declineLink.doneTitle,
        body: [
          `${declineLink.done(ending.textsStopped)} ${words.phone(ending.controller, ending.phone)}.`,
        ],
      };
    case "disagreed":
      return { title: consent.noTitle, body: [ending.next] };
    case "withdrawn":
      return { title: withdraw.doneTitle, body: [ending.next] };
  }
}

/** The organisation whose page an ending is. */
export function nameAtTheEnd(ending: Ending, asking: Asking | undefined): string | undefined {
  if (ending.why === "declined") return ending.controller;
  const named = ending.why === "problem" ? textIn(ending.problem, "controller") : undefined;
  return named ?? asking?.controller;
}
