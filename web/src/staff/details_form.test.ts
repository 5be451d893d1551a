// What is typed about a person, what is sent of it, and what two people typed differently.
import assert from "node:assert/strict";
import test from "node:test";
import { afterCorrection, startCorrection } from "./correction_state.ts";
import { dateFrom, dateToSend, searchToSend } from "./date_typed.ts";
import { detailsOf, detailsToSend, differences, NOTHING_TYPED } from "./details_form.ts";
import { ageInWords, fullName, lastThree, mobileInWords, numberInGroups } from "./person_words.ts";
import type { PatientShown } from "./staff_api.ts";

const saved: PatientShown = {
  patient: "p1",
  version: 3,
  givenName: "Ada",
  familyName: "Bell",
  dateOfBirth: "1980-02-09",
  age: 46,
  nhsNumber: "999 000 0018",
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

test("what is shown in the form is what is sent back", () => {
  assert.deepEqual(detailsToSend(detailsOf(saved)), {
    givenName: "Ada",
    familyName: "Bell",
    dateOfBirth: "1980-02-09",
    nhsNumber: "999 000 0018",
    mobile: "07700 900123",
    email: null,
    gpPractice: null,
  });
});

test("an empty form sends no made-up values", () => {
  const { dateOfBirth, nhsNumber } = detailsToSend(NOTHING_TYPED);
  assert.deepEqual([dateOfBirth, nhsNumber], ["", null]);
});

test("three fields make a date, and what is none goes as it is", () => {
  assert.equal(dateToSend({ day: "9", month: "2", year: "1980" }), "1980-02-09");
  assert.equal(dateToSend({ day: "", month: "2", year: "1980" }), "1980-02-");
  assert.deepEqual(dateFrom("1980-02-09"), { day: "9", month: "2", year: "1980" });
});

test("a search understands birthdays as people write them and leaves numbers alone", () => {
  for (const typed of ["31/3/1980", "31.3.1980", "31 3 1980", "31-3-1980"]) {
    assert.equal(searchToSend(typed), "31/3/1980");
  }
  assert.equal(searchToSend(" 999 000 0018 "), "999 000 0018");
  assert.equal(searchToSend("1980-03-31"), "1980-03-31");
  assert.equal(searchToSend("Bell"), "Bell");
});

test("only what differs is compared", () => {
  const mine = { ...detailsOf(saved), mobile: "07700900456", familyName: "Bell " };
  assert.deepEqual(differences(detailsOf(saved), mine), [
    { field: "mobile", theirs: "07700 900123", mine: "07700900456" },
  ]);
});

test("a conflict saves nothing and goes on from the version that is saved now", () => {
  const typed = { ...detailsOf(saved), familyName: "Bells" };
  const started = afterCorrection(startCorrection(saved), { told: "typed", typed });
  const fresh = { ...saved, version: 4, mobile: "+447700900456" };
  const conflict = afterCorrection(started, { told: "changed-meanwhile", saved: fresh });
  assert.equal(conflict.is, "conflict");
  const mine = afterCorrection(conflict, { told: "keep-mine" });
  assert.deepEqual(
    [mine.version, mine.typed.familyName, mine.typed.mobile],
    [4, "Bells", "07700 900123"],
  );
  const theirs = afterCorrection(conflict, { told: "take-theirs" });
  assert.deepEqual([theirs.typed.familyName, theirs.typed.mobile], ["Bell", "07700 900456"]);
});

test("people are named as on wristbands", () => {
  assert.equal(fullName(saved), "BELL, Ada");
  assert.deepEqual(
    [ageInWords(0), ageInWords(1), ageInWords(46)],
    ["under 1 year", "1 year", "46 years"],
  );
  assert.equal(mobileInWords("+447700900123"), "07700 900123");
  assert.equal(lastThree("+447700900123"), "123");
  assert.equal(numberInGroups("9990000018"), "999\u00a0000\u00a00018");
});
