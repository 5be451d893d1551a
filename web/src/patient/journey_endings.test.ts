// Every ending of every call, at every place of the journey: the page says something, and there is a
// way on. An ending that nothing follows from is a page on which nothing happens, for ever.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import type { Answer, Call } from "../api/call.ts";
import { parseProblem } from "../api/problem.ts";
import { type Actions, createActions } from "./actions.ts";
import { endWords } from "./end_words.ts";
import {
  type CaptureShown,
  type Happening,
  type Journey,
  type LinkOpened,
  next,
  placeName,
} from "./journey.ts";
import type { Trouble } from "./patient_api.ts";
import { troubleSaid } from "./trouble_words.ts";
import { words } from "./words.ts";

const PHONE = "020 7946 0018";
const link = {
  controller: "Riverside Hospital",
  controllerId: "riverside",
  phone: PHONE,
  maskedName: "Ada B•••",
  photos: 3,
  expiresAt: "2026-12-02T09:00:00Z",
  secondsLeft: 864_000,
  request: "r1",
} as LinkOpened;

const capture = {
  ...link,
  state: "open",
  submitted: false,
  placesLeft: 3,
  consentGiven: null,
  // On its way when the page was loaded again: that is looked after first.
  uploads: [{ upload: "u1", state: "granted", source: "camera" }],
} as unknown as CaptureShown;

/** What each call gives when it works. */
const WELL: Record<string, unknown> = {
  "post /api/links/open": link,
  "post /api/links/decline": { controller: link.controller, phone: PHONE, textsStopped: true },
  "post /api/links/renew": {},
  "post /api/links/identity": { request: "r1", secondsLeft: 1800 },
  "get /api/capture": capture,
  "get /api/capture/consent": { version: "2026-11", text: "Yes?", notices: [] },
  "put /api/capture/consent": { given: true },
  "delete /api/capture/consent": { next: "You still get care." },
  "post /api/capture/session": { secondsLeft: 1800 },
  "delete /api/capture/uploads/{upload}": {},
  "post /api/capture/uploads/{upload}/finish": {},
};

/** Kinds of problems that the functions answer with, read from where they are worded. */
function kinds(): string[] {
  const source = ["problems", "capture_problems"].map((name) =>
    readFileSync(
      new URL(`../../../handlers/functions/src/${name}.rs`, import.meta.url),
      "utf8",
    ),
  );
  const found = source.join().matchAll(/StatusCode::[A-Z_]+,\s*"([a-z-]+)"/g);
  return [...new Set([...found].map(([, kind = ""]) => kind))];
}

type Ending = Answer<never>;

const refused = (status: number, body: unknown): Ending => ({
  kind: "refused",
  problem: parseProblem(status, body),
});

const PROBLEMS: Ending[] = kinds().map((kind) =>
  refused(409, { type: `/problems/${kind}`, title: "No", detail: "That is not possible." }),
);

/** What stands between a page and a function, and functions that fell over. */
const STRANGE: Ending[] = [
  { kind: "unreachable" },
  refused(500, undefined),
  refused(502, undefined),
  refused(503, { type: "/problems/unavailable", title: "", detail: "" }),
  // A page of somebody else's, as a hotel's network shows it.
  refused(200, undefined),
  refused(403, undefined),
  refused(404, "<html>"),
  refused(429, {}),
];

const ENDINGS = [...PROBLEMS, ...STRANGE];

type Act = (actions: Actions) => Promise<unknown>;

const INSIDE: Record<string, Act> = {
  "looking again": (actions) => actions.refresh(),
  "asking for more time": (actions) => actions.extend(),
};
const shown = { version: "2026-11", text: "Yes?", notices: [] } as never;

/** What can be done on a page, as its buttons call it. */
function offered(journey: Journey): Record<string, Act> {
  switch (journey.at) {
    case "opening":
    case "unreachable":
    case "session-ended":
      return { "opening it": (actions) => actions.open() };
    case "asked":
      return { "going on": (actions) => actions.goOn() };
    case "decline":
      return { declining: (actions) => actions.decline() };
    case "identity":
      return { confirming: (actions) => actions.confirm("Byron", "1980-02-29") };
    case "ended": {
      const { button } = endWords(journey.ending, journey.asking);
      if (button === "renew") return { "asking for a new link": (actions) => actions.renew() };
      return button === "open-again" ? { "opening it again": (actions) => actions.open() } : {};
    }
    case "inside":
      switch (journey.place.name) {
        case "choice":
          return {
            ...INSIDE,
            "reading the choice": (actions) => actions.showConsent(),
            agreeing: (actions) => actions.choose(shown, true, { who: "patient" }),
            "saying no": (actions) => actions.choose(shown, false, { who: "patient" }),
          };
        case "photos":
          return { ...INSIDE, "taking a photo out": (actions) => actions.takeOut("u1") };
        case "take-back":
          return { ...INSIDE, "taking it back": (actions) => actions.withdraw() };
        default:
          return INSIDE;
      }
  }
}

const after = (happenings: readonly Happening[], from: Journey = { at: "opening" }) =>
  happenings.reduce(next, from);
const entered = (changes: Partial<CaptureShown>): Happening => ({
  what: "entered",
  capture: { ...capture, ...changes },
  lost: 0,
  endsAt: 1_800_000,
});
const agreed = entered({ consentGiven: true });
const went = (to: "identity" | "decline" | "camera" | "photos" | "take-back"): Happening => ({
  what: "went",
  to,
});
const opened: Happening = { what: "opened", link };
const problem = (more: Record<string, unknown>) =>
  parseProblem(410, { type: "/problems/link-expired", title: "Old", detail: "Too old.", ...more });

const STATES: Record<string, Journey> = {
  opening: { at: "opening" },
  "not opened": after([{ what: "not-opened", trouble: { kind: "unreachable" } }]),
  asked: after([opened]),
  "not for me": after([opened, went("decline")]),
  identity: after([opened, went("identity")]),
  choice: after([opened, went("identity"), entered({})]),
  "choice after a reload": after([entered({})]),
  ready: after([agreed]),
  camera: after([agreed, went("camera")]),
  photos: after([agreed, went("photos")]),
  "take back": after([agreed, went("take-back")]),
  sent: after([entered({ consentGiven: true, submitted: true })]),
  "session ended": after([agreed, { what: "session-ended" }]),
  "too old, can be had anew": after([
    { what: "ended", ending: { why: "problem", problem: problem({ renewable: true }) } },
  ]),
  "cookies blocked": after([opened, went("identity"), { what: "not-remembered" }]),
};

interface Ran {
  journey: Journey;
  result: unknown;
  /** How many calls were made. */
  calls: number;
}

/** Does `act` at `from`; `ends` says how each call ends, by its number. */
async function run(
  from: Journey,
  act: Act,
  ends: (call: number) => Ending | undefined,
  code: string | undefined = "CODE",
): Promise<Ran> {
  let journey = from;
  let calls = 0;
  const call = (async (method: string, path: string) => {
    const ending = ends(calls);
    calls += 1;
    const body = WELL[`${method} ${path}`];
    assert.notEqual(body, undefined, `${method} ${path} is new: say what it gives`);
    return ending ?? { kind: "done", status: 200, body };
  }) as Call;
  const tell = (happening: Happening) => {
    journey = next(journey, happening);
  };
  const actions = createActions({ call, shows: () => undefined }, code, tell);
  return { result: await act(actions), journey, calls };
}

const isTrouble = (value: unknown): value is Trouble =>
  typeof value === "object" && value !== null && "kind" in value;

/** What the page says of trouble that came back to it. */
function saidOfTrouble(result: unknown): string | undefined {
  const trouble =
    typeof result === "object" && result !== null && "trouble" in result ? result.trouble : result;
  if (!isTrouble(trouble)) return undefined;
  const { title, body } = troubleSaid(trouble);
  assert.ok(title !== "" && body !== "");
  return body;
}

/** Fails where a page has no words, or no way on. */
function hasWordsAndAWayOn(journey: Journey): void {
  assert.notEqual(journey.at, "opening", "it waits for nothing");
  if (journey.at !== "ended") {
    // Each of these has its page, with a button or a field.
    assert.ok(placeName(journey) !== undefined || Object.keys(offered(journey)).length > 0);
    return;
  }
  const { title, body, button, phone } = endWords(journey.ending, journey.asking);
  const said = [title, ...body];
  assert.ok(said.every((text) => text.trim() !== ""), "no words");
  const isDone = ["renewed", "declined", "disagreed", "withdrawn"].includes(journey.ending.why);
  // What nothing can be done about on a page says so in the functions' own words.
  const isWorded =
    journey.ending.why === "problem" && journey.ending.problem.detail === "That is not possible.";
  const names = /link|phone/i.test(said.join(" "));
  assert.ok(button !== undefined || phone !== undefined || isDone || isWorded || names, title);
}

describe("every ending of every call", () => {
  test("is known: the kinds of problems are read from the functions", () => {
    for (const kind of ["session-ended", "link-expired", "other-request", "paused", "no-room"]) {
      assert.ok(kinds().includes(kind), kind);
    }
  });

  for (const [name, state] of Object.entries(STATES)) {
    for (const [what, act] of Object.entries(offered(state))) {
      test(`leads on from "${name}", ${what}`, async () => {
        for (const code of ["CODE", undefined]) {
          const { calls } = await run(state, act, () => undefined, code);
          assert.ok(calls > 0);
          for (let at = 0; at < calls; at += 1) {
            for (const ending of ENDINGS) {
              const ran = await run(state, act, (call) => (call === at ? ending : undefined), code);
              const about = `call ${at + 1} ends with ${JSON.stringify(ending)}`;
              const said = saidOfTrouble(ran.result);
              assert.ok(ran.journey !== state || said !== undefined, `${about}: nothing follows`);
              if (said === undefined) hasWordsAndAWayOn(ran.journey);
            }
          }
        }
      });
    }
  }

  test("leads on wherever ten thousand of them in a row have led", async () => {
    let seed = 20261130;
    const pick = <T>(all: readonly T[]): T => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return all[Math.floor((seed / 2 ** 32) * all.length)] as T;
    };
    const starts = Object.values(STATES);
    let journey = pick(starts);
    for (let step = 0; step < 10_000; step += 1) {
      const acts = Object.values(offered(journey));
      if (acts.length === 0) {
        journey = pick(starts);
        continue;
      }
      const before = journey;
      let failed = 0;
      const ends = () => {
        const ending = pick([true, false]) ? pick(ENDINGS) : undefined;
        failed += ending === undefined ? 0 : 1;
        return ending;
      };
      const ran = await run(before, pick(acts), ends, pick(["CODE", undefined]));
      const said = saidOfTrouble(ran.result);
      journey = ran.journey;
      if (said === undefined && journey !== before) hasWordsAndAWayOn(journey);
      assert.ok(journey !== before || said !== undefined || failed === 0, "nothing follows");
    }
  });

  test("that the browser forgot at once says why, and whom to phone", async () => {
    const { identity } = STATES;
    assert.ok(identity);
    const gone = refused(401, { type: "/problems/session-ended", title: "No", detail: "Again." });
    const { journey } = await run(
      identity,
      (actions) => actions.confirm("Byron", "1980-02-29"),
      (call) => (call === 1 ? gone : undefined),
    );
    assert.equal(journey.at, "ended");
    assert.ok(journey.at === "ended");
    const said = endWords(journey.ending, journey.asking);
    assert.match(said.body.join(" "), /blocks cookies/);
    assert.deepEqual(said.phone, { controller: "Riverside Hospital", number: PHONE });
    assert.equal(said.button, "open-again");
  });

  test("after the link's own page grew too old says to open the text again, and whom to phone", async () => {
    const gone = refused(401, { type: "/problems/session-ended", title: "No", detail: "Again." });
    for (const [name, what] of [
      ["not for me", "declining"],
      ["identity", "confirming"],
    ] as const) {
      const state = STATES[name];
      const act = state && offered(state)[what];
      assert.ok(state && act);
      const { journey } = await run(state, act, () => gone, undefined);
      assert.ok(journey.at === "ended" && journey.ending.why === "no-link", name);
      assert.equal(endWords(journey.ending, journey.asking).title, words.stopped.noLinkTitle);
      assert.equal(endWords(journey.ending, journey.asking).phone?.number, PHONE);
    }
  });
});
