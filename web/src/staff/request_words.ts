// Where a request for photos stands, in words: what the patient has done, and what the text has.
import type { RequestShown } from "./staff_api.ts";
import { dayAndTime, linkEnd } from "./time_words.ts";
import { words } from "./words.ts";

/** Decides the look: something to wait for, something to do, or nothing more. */
export type RequestMood = "waiting" | "trouble" | "arrived" | "over";

export interface RequestInWords {
  mood: RequestMood;
  state: string;
}

export function requestInWords(request: RequestShown, now: number): RequestInWords {
  const when = (at: string) => dayAndTime(Date.parse(at), now);
  const said = words.request;
  switch (request.state) {
    case "open": {
      if (request.delivery === "here") {
        const state = request.openedAt ? said.openedHere(when(request.openedAt)) : said.givenHere;
        return { mood: "waiting", state };
      }
      const opened = request.openedAt ? said.opened(when(request.openedAt)) : said.notOpened;
      const text = textInWords(request);
      const told = request.textAt ? said.textSince(text.state, when(request.textAt)) : text.state;
      return { mood: text.failed ? "trouble" : "waiting", state: `${told} · ${opened}` };
    }
    case "expired":
      return { mood: "trouble", state: said.expired(linkEnd(request, now), !!request.openedAt) };
    case "submitted":
      return {
        mood: "arrived",
        state: said.submitted(when(request.submittedAt ?? request.createdAt)),
      };
    case "declined":
      return { mood: "trouble", state: said.declined };
    case "withdrawn":
      return { mood: "over", state: said.withdrawn };
    case "cancelled":
      return { mood: "over", state: said.cancelled };
    default:
      return { mood: "over", state: request.state };
  }
}

function textInWords(request: RequestShown) {
  const said = words.request;
  switch (request.text) {
    case "created":
      return { failed: false, state: said.created };
    case "sending":
      return { failed: false, state: said.sending };
    case "delivered":
      return {
        failed: false,
        state: said.delivered,
      };
    case "temporary-failure":
    case "permanent-failure":
    case "technical-failure":
      return { failed: true, state: said[request.text] };
    default:
      return { failed: true, state: said.noText };
  }
}

/** True while the patient can still act, or staff can send the link again. */
export function isOpen(request: RequestShown): boolean {
  return request.state === "open" || request.state === "expired";
}
