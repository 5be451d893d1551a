// What a patient can do, as calls of functions and what follows from their answers. Pages call
// these and show the trouble that comes back; everything that ends or moves the journey is told to it.
import type { Answer, Body, NotDone } from "../api/call.ts";
import type { Problem } from "../api/problem.ts";
import { lostOf } from "./lost_uploads.ts";
import type { CaptureShown, Happening, LinkOpened } from "./journey.ts";
import type { PatientApi, Trouble } from "./patient_api.ts";
import { endsIn } from "./session_clock.ts";
import { createSender, type Sender } from "./upload/sender.ts";

export type Consent = Body<"get", "/api/capture/consent">;

/** `elsewhere`: the journey went on to another page, or ended. */
export type ConsentShown =
  | { is: "here"; consent: Consent }
  | { is: "trouble"; trouble: Trouble }
  | { is: "elsewhere" };

export interface Chooser {
  who: "patient" | "parent-or-carer";
  name?: string;
  relation?: string;
}

export interface Actions extends Sender {
  open: () => Promise<void>;
  /** From "who is asking": straight inside where this phone's session still lives. */
  goOn: () => Promise<void>;
  decline: () => Promise<Trouble | undefined>;
  renew: () => Promise<Trouble | undefined>;
  confirm: (familyName: string, dateOfBirth: string) => Promise<Trouble | undefined>;
  showConsent: () => Promise<ConsentShown>;
  choose: (shown: Consent, given: boolean, by: Chooser) => Promise<Trouble | undefined>;
  refresh: () => Promise<Trouble | undefined>;
  /** Seconds of more time, or why there are none; `undefined` where the journey ended. */
  extend: () => Promise<number | Trouble | undefined>;
  takeOut: (upload: string) => Promise<Trouble | undefined>;
  withdraw: () => Promise<Trouble | undefined>;
}

export function createActions(
  api: PatientApi,
  code: string | undefined,
  tell: (happening: Happening) => void,
): Actions {
  const { call } = api;
  const withCode = code === undefined ? {} : { code };
  let session: Promise<Answer<CaptureShown>> | undefined;

  /** Moves the journey where a problem is not the page's own to show. */
  function stopped(problem: Problem): boolean {
    if (problem.kind === "session-ended") {
      tell({ what: "session-ended" });
      return true;
    }
    if (ENDS.includes(problem.kind)) {
      tell({ what: "ended", ending: { why: "problem", problem } });
      return true;
    }
    return false;
  }

  function trouble(answer: NotDone): Trouble | undefined {
    if (answer.kind === "unreachable") {
      return { kind: "unreachable" };
    }
    return stopped(answer.problem) ? undefined : { kind: "problem", problem: answer.problem };
  }

  const show = () => call("get", "/api/capture");

  async function enter(capture: CaptureShown): Promise<void> {
    api.shows(capture.request);
    const { shown, lost, problem } = await lostOf(capture, call, sender.isHeld);
    tell({ what: "entered", capture: shown, lost, endsAt: endsIn(shown.secondsLeft) });
    if (problem !== undefined) stopped(problem);
  }

  async function openLink(): Promise<void> {
    const answer = await call("post", "/api/links/open", { body: withCode });
    if (answer.kind === "done") {
      opened(answer.body);
    } else if (answer.kind === "refused" && answer.problem.kind === "session-ended") {
      tell({ what: "ended", ending: { why: "no-link" } });
    } else {
      notOpened(answer);
    }
  }

  /** What may be otherwise in a minute can be tried again; the rest is an end. */
  function notOpened(answer: NotDone): void {
    if (answer.kind === "unreachable") {
      tell({ what: "not-opened", trouble: { kind: "unreachable" } });
    } else if (answer.problem.status >= 500 || answer.problem.kind === "unexpected") {
      tell({ what: "not-opened", trouble: { kind: "problem", problem: answer.problem } });
    } else {
      tell({ what: "ended", ending: { why: "problem", problem: answer.problem } });
    }
  }

  function opened(link: LinkOpened): void {
    api.shows(link.request);
    // Asked for while the patient reads; whoever confirmed a minute ago need not do it again.
    session = show();
    tell({ what: "opened", link });
  }

  const sender = createSender({ call, tell, trouble, show });

  return {
    ...sender,

    async open() {
      tell({ what: "opening" });
      if (code !== undefined) {
        api.shows(undefined);
        return openLink();
      }
      const answer = await show();
      if (answer.kind === "done") {
        return enter(answer.body);
      }
      // No session: perhaps the link was opened here a while ago, and its cookie still shows it.
      return answer.kind === "refused" && answer.problem.kind === "session-ended"
        ? openLink()
        : notOpened(answer);
    },

    async goOn() {
      const answer = await (session ?? show());
      session = undefined;
      if (answer.kind === "done") {
        return enter(answer.body);
      }
      tell({ what: "went", to: "identity" });
    },

    async decline() {
      const answer = await call("post", "/api/links/decline", { body: withCode });
      if (answer.kind !== "done") {
        return trouble(answer);
      }
      const { controller, phone, textsStopped } = answer.body;
      tell({ what: "ended", ending: { why: "declined", controller, phone, textsStopped } });
      return undefined;
    },

    async renew() {
      const answer = await call("post", "/api/links/renew", { body: withCode });
      if (answer.kind !== "done") {
        return answer.kind === "unreachable"
          ? { kind: "unreachable" }
          : { kind: "problem", problem: answer.problem };
      }
      tell({ what: "ended", ending: { why: "renewed" } });
      return undefined;
    },

    async confirm(familyName, dateOfBirth) {
      const body = { ...withCode, familyName, dateOfBirth };
      const answer = await call("post", "/api/links/identity", { body });
      if (answer.kind !== "done") {
        return trouble(answer);
      }
      api.shows(answer.body.request);
      const shown = await show();
      if (shown.kind === "refused" && shown.problem.kind === "session-ended") {
        // The session that was begun a moment ago did not come along: its cookie was not kept.
        tell({ what: "not-remembered" });
        return undefined;
      }
      if (shown.kind !== "done") {
        return trouble(shown);
      }
      await enter(shown.body);
      return undefined;
    },

    async showConsent() {
      const answer = await call("get", "/api/capture/consent");
      if (answer.kind === "done") {
        return { is: "here", consent: answer.body };
      }
      const why = trouble(answer);
      return why === undefined ? { is: "elsewhere" } : { is: "trouble", trouble: why };
    },

    async choose(shown, given, by) {
      const { version } = shown;
      const notices = shown.notices.map((notice) => notice.hash);
      const body = { version, given, by, notices };
      const answer = await call("put", "/api/capture/consent", { body });
      if (answer.kind !== "done") {
        return trouble(answer);
      }
      if (answer.body.given) {
        tell({ what: "agreed" });
      } else {
        tell({ what: "ended", ending: { why: "disagreed", next: answer.body.next } });
      }
      return undefined;
    },

    async refresh() {
      const answer = await show();
      if (answer.kind !== "done") {
        return trouble(answer);
      }
      const endsAt = endsIn(answer.body.secondsLeft);
      tell({ what: "refreshed", capture: answer.body, endsAt });
      return undefined;
    },

    async extend() {
      const answer = await call("post", "/api/capture/session", { body: {} });
      if (answer.kind !== "done") {
        return trouble(answer);
      }
      tell({ what: "extended", endsAt: endsIn(answer.body.secondsLeft) });
      return answer.body.secondsLeft;
    },

    async takeOut(upload) {
      const path = { upload };
      const answer = await call("delete", "/api/capture/uploads/{upload}", { path, body: {} });
      return answer.kind === "done" ? this.refresh() : trouble(answer);
    },

    async withdraw() {
      const answer = await call("delete", "/api/capture/consent", { body: {} });
      if (answer.kind !== "done") {
        return trouble(answer);
      }
      tell({ what: "ended", ending: { why: "withdrawn", next: answer.body.next } });
      return undefined;
    },
  };
}

/** Problems after which no page of this link goes on. */
const ENDS = ["link-closed", "link-expired", "unknown-link", "service-paused", "other-request"];
