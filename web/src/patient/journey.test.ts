import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type CaptureShown,
  freePlaces,
  type Happening,
  type Inside,
  type Journey,
  type LinkOpened,
  next,
  placeName,
} from "./journey.ts";
import type { Photo } from "./photo/photo.ts";

const link: LinkOpened = {
  controller: "Riverside Hospital",
  phone: "020 7946 0018",
  maskedName: "Ada B•••",
  photos: 3,
  expiresAt: "2026-12-02T09:00:00Z",
  secondsLeft: 864_000,
  request: "r1",
} as LinkOpened;

function capture(changes: Partial<CaptureShown> = {}): CaptureShown {
  return {
    request: "r1",
    state: "open",
    submitted: false,
    photos: 3,
    placesLeft: 3,
    consentGiven: true,
    uploads: [],
    ...changes,
  } as unknown as CaptureShown;
}

function photo(key: string): Photo {
  const bytes = new Blob([key]);
  return { key, bytes, type: "image/jpeg", sha256: key, source: "camera", url: `blob:${key}` };
}

function after(happenings: readonly Happening[], from: Journey = { at: "opening" }): Journey {
  return happenings.reduce(next, from);
}

const entered = (changes: Partial<CaptureShown> = {}, lost = 0): Happening => ({
  what: "entered",
  capture: capture(changes),
  lost,
  endsAt: 1_800_000,
});

function inside(journey: Journey): Inside {
  assert.equal(journey.at, "inside");
  return journey as Inside;
}

const upload = (state: string) => ({ upload: `u-${state}`, state, source: "camera" });

describe("the journey", () => {
  test("a new patient goes from who is asking to the choice", () => {
    const asked = after([{ what: "opened", link }]);
    assert.equal(placeName(asked), "asked");
    const identity = next(asked, { what: "went", to: "identity" });
    assert.equal(placeName(identity), "identity");
    assert.equal(placeName(next(identity, entered({ consentGiven: null }))), "choice");
  });

  test("a reload lands where it was", () => {
    const place = (changes: Partial<CaptureShown>, lost = 0) =>
      placeName(after([entered(changes, lost)]));
    assert.equal(place({ consentGiven: null }), "choice");
    assert.equal(place({}), "ready");
    assert.equal(place({ uploads: [upload("arrived")] as CaptureShown["uploads"] }), "photos");
    assert.equal(place({}, 1), "photos");
    assert.equal(place({ submitted: true }), "sent");
  });

  // R30: nothing of a camera before a yes.
  test("no place that takes photos can be reached before a yes", () => {
    const choice = after([entered({ consentGiven: null })]);
    for (const to of ["ready", "camera", "photos", "sent", "take-back"] as const) {
      assert.equal(placeName(next(choice, { what: "went", to })), "choice", to);
    }
  });

  test("one photo is looked at before it is used, several at once are not", () => {
    const camera = after([entered(), { what: "went", to: "camera" }]);
    const check = next(camera, { what: "picked", photos: [photo("a")] });
    assert.equal(placeName(check), "check");
    assert.deepEqual(inside(check).photos, []);
    assert.equal(inside(next(check, { what: "used" })).photos.length, 1);
    const several = next(camera, { what: "picked", photos: [photo("a"), photo("b")] });
    assert.equal(placeName(several), "photos");
    assert.equal(inside(several).photos.length, 2);
  });

  test("the same photo twice is one photo", () => {
    const one = after([
      entered(),
      { what: "picked", photos: [photo("a"), photo("a"), photo("b")] },
      { what: "picked", photos: [photo("a")] },
    ]);
    assert.deepEqual(inside(one).photos.map(({ key }) => key), ["a", "b"]);
  });

  test("no more photos are taken than were asked for", () => {
    const full = after([
      entered({ placesLeft: 2 }),
      { what: "picked", photos: [photo("a"), photo("b"), photo("c")] },
    ]);
    assert.equal(inside(full).photos.length, 2);
    assert.equal(freePlaces(inside(full)), 0);
    assert.equal(placeName(next(full, { what: "went", to: "camera" })), "photos");
  });

  test("a photo that holds its place already does not count twice", () => {
    const stopped = after([
      entered(),
      { what: "picked", photos: [photo("a"), photo("b")] },
      {
        what: "refreshed",
        capture: capture({
          placesLeft: 2,
          uploads: [upload("granted")] as CaptureShown["uploads"],
        }),
        endsAt: 0,
      },
    ]);
    assert.equal(freePlaces(inside(stopped)), 1);
  });

  test("the camera opens again after a photo of its own, until there are as many as were asked", () => {
    let journey = after([entered(), { what: "went", to: "camera" }]);
    const wanted = inside(journey).capture.photos;
    assert.ok(wanted > 1);
    for (let taken = 1; taken <= wanted; taken += 1) {
      journey = after([{ what: "picked", photos: [photo(`p${taken}`)] }, { what: "used" }], journey);
      assert.equal(placeName(journey), taken < wanted ? "camera" : "photos", `${taken}`);
    }
    const chosen = { ...photo("chosen"), source: "file" } as const;
    const list = after([entered(), { what: "picked", photos: [chosen] }, { what: "used" }]);
    assert.equal(placeName(list), "photos", "a file leads to the list");
  });

  test("who holds the phone is said once, and the choice is theirs", () => {
    const asked = after([{ what: "opened", link }]);
    const identity = next(asked, { what: "said-who", holder: "helper" });
    assert.deepEqual(identity, { at: "identity", link, holder: "helper" });
    const by = { who: "parent-or-carer", name: "Pat Quill", relation: "mother" } as const;
    const then = next(identity, { ...entered({ consentGiven: null }), by } as Happening);
    assert.deepEqual(inside(then).by, by);
    assert.equal(next(identity, { what: "said-who", holder: "patient" }), identity);
  });

  test("nothing leads out of sending but its end", () => {
    const sending = after([
      entered(),
      { what: "picked", photos: [photo("a"), photo("b")] },
      { what: "sending", note: "" },
    ]);
    for (const to of ["asked", "choice", "ready", "camera", "photos", "take-back"] as const) {
      assert.equal(placeName(next(sending, { what: "went", to })), "sending", to);
    }
    assert.equal(placeName(next(sending, { what: "sending-stopped" })), "photos");
  });

  test("what arrived is no longer kept here, and what was refused says why", () => {
    const stopped = after([
      entered(),
      { what: "picked", photos: [photo("a"), photo("b"), photo("c")] },
      { what: "sending", note: "" },
      { what: "progressed", key: "a", progress: { at: "arrived" } },
      { what: "progressed", key: "b", progress: { at: "refused", words: "Too dark" } },
      { what: "sending-stopped" },
    ]);
    assert.deepEqual(
      inside(stopped).photos.map(({ key, refusal }) => [key, refusal]),
      [
        ["b", "Too dark"],
        ["c", undefined],
      ],
    );
  });

  test("a session's end keeps the photos until the same request is confirmed again", () => {
    const ended = after([
      entered(),
      { what: "picked", photos: [photo("a"), photo("b")] },
      { what: "session-ended" },
    ]);
    assert.equal(ended.at, "session-ended");
    const again = after(
      [{ what: "opening" }, { what: "opened", link }, entered()],
      ended,
    );
    assert.equal(inside(again).photos.length, 2);
    assert.equal(placeName(again), "photos");
  });

  test("photos of one request are never offered to another's", () => {
    const ended = after([
      entered(),
      { what: "picked", photos: [photo("a"), photo("b")] },
      { what: "session-ended" },
    ]);
    const other = after(
      [
        { what: "opening" },
        { what: "opened", link: { ...link, request: "r2" } },
        entered({ request: "r2" }),
      ],
      ended,
    );
    assert.deepEqual(inside(other).photos, []);
  });

  test("back to who is asking loses no photo", () => {
    const back = after([
      { what: "opened", link },
      { what: "went", to: "identity" },
      entered(),
      { what: "picked", photos: [photo("a"), photo("b")] },
      { what: "went", to: "asked" },
    ]);
    assert.equal(placeName(back), "asked");
    assert.equal(inside(next(back, entered())).photos.length, 2);
  });

  test("an end is an end", () => {
    const ended = after([entered(), { what: "ended", ending: { why: "renewed" } }]);
    for (const happening of [
      { what: "went", to: "camera" },
      { what: "agreed" },
      { what: "session-ended" },
    ] as const) {
      assert.equal(next(ended, happening), ended);
    }
  });
});
