// A request cannot be sent without its side, to the wrong number, or where it must not be.
import assert from "node:assert/strict";
import test from "node:test";
import {
  chooseArea,
  choosePart,
  chooseSide,
  missing,
  placeToSend,
  requestToSend,
  startAsking,
  stoppedBy,
  type Asked,
} from "./ask_state.ts";
import type { PatientShown } from "./staff_api.ts";
import { keyOf } from "./wish_key.ts";

const record: PatientShown = {
  patient: "p1",
  version: 1,
  givenName: "Ada",
  familyName: "Bell",
  dateOfBirth: "1980-02-29",
  age: 46,
  nhsNumberStatus: "02",
  mobile: "+447700900123",
  mobileConfirmed: true,
  source: "staff",
  textMessage: { text: "Ada, your care team asks you for photos: …", length: 110 },
  keptUntil: "2034-11-22",
  requests: [],
  notes: [],
  items: [],
};
const asked: Asked = {
  ...startAsking("text", "wound-care", 10),
  purpose: "To see how your knee heals",
  place: chooseArea("knee", "left"),
  digits: "123",
};
const wrongFields = (changes: Partial<Asked>) =>
  missing({ ...asked, ...changes }, record).map(([field]) => field);

test("a full form is missing nothing", () => {
  assert.deepEqual(wrongFields({}), []);
  assert.deepEqual(requestToSend(asked), {
    purpose: "To see how your knee heals",
    bodySite: "knee",
    laterality: "left",
    photos: 1,
    expiresInDays: 10,
    team: "wound-care",
  });
});

test("a knee without a side is never sent", () => {
  const place = choosePart({ is: "none" }, "knee");
  assert.deepEqual(wrongFields({ place }), ["laterality"]);
  assert.equal(requestToSend({ ...asked, place }), undefined);
  assert.deepEqual(placeToSend(chooseSide(place, "right")), {
    bodySite: "knee",
    laterality: "right",
  });
});

test("a part without sides has none, whatever was chosen before", () => {
  const scalp = choosePart(chooseArea("knee", "left"), "scalp");
  assert.deepEqual(placeToSend(scalp), { bodySite: "scalp", laterality: "none" });
  assert.deepEqual(chooseSide(scalp, "left"), scalp);
});

test("the end of the mobile number must be the patient's", () => {
  assert.deepEqual(wrongFields({ digits: "124" }), ["digits"]);
  assert.deepEqual(wrongFields({ digits: "" }), ["digits"]);
  assert.deepEqual(wrongFields({ digits: " 123 " }), []);
});

test("an intimate area needs every question answered", () => {
  const place = chooseArea("breast", "left");
  assert.deepEqual(wrongFields({ place }), ["answers"]);
  assert.deepEqual(wrongFields({ place, answers: [true, false, true] }), ["answers"]);
  assert.deepEqual(wrongFields({ place, answers: [true, true, true] }), []);
});

test("an intimate area of a child is not asked for, and a disputed number gets no text", () => {
  const place = chooseArea("groin", "left");
  assert.equal(stoppedBy({ ...asked, place }, { ...record, age: 17 }), "intimate-of-a-child");
  assert.equal(stoppedBy({ ...asked, place }, record), "nothing");
  assert.equal(stoppedBy(asked, { ...record, age: 17 }), "nothing");
  assert.equal(stoppedBy(asked, { ...record, mobileConfirmed: false }), "number-disputed");
  const { mobile: _, ...withoutMobile } = record;
  assert.equal(stoppedBy(asked, withoutMobile), "no-number");
  assert.equal(stoppedBy({ ...asked, how: "here" }, withoutMobile), "nothing");
});

test("the same wish keeps its key and another gets a fresh one", () => {
  const wish = requestToSend(asked);
  assert.ok(wish);
  let made = 0;
  const fresh = () => `key-${++made}`;
  const first = keyOf(undefined, wish, fresh);
  assert.equal(keyOf(first, wish, fresh).key, "key-1");
  assert.equal(keyOf(first, { ...wish, photos: 2 }, fresh).key, "key-2");
});

// R27.
test("in the room the mobile is not asked about, and the link has no days", () => {
  const here: Asked = { ...asked, how: "here", digits: "" };
  const unconfirmed = { ...record, mobileConfirmed: false };
  assert.equal(stoppedBy(here, unconfirmed), "nothing");
  assert.deepEqual(missing(here, unconfirmed), []);
  const request = requestToSend(here);
  assert.equal(request?.here, true);
  assert.equal(request?.expiresInDays, undefined);
  assert.equal(requestToSend(asked)?.here, undefined);
});

test("a child's intimate area is no more photographed in the room than at home", () => {
  const here: Asked = { ...asked, how: "here", place: choosePart({ is: "none" }, "breast") };
  assert.equal(stoppedBy(here, { ...record, age: 12 }), "intimate-of-a-child");
});
