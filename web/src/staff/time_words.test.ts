// Times as people in the United Kingdom read them, in summer too.
import assert from "node:assert/strict";
import test from "node:test";
import {
  calendarDay,
  clockTime,
  counted,
  dayAfter,
  dayAndTime,
  daysApart,
  howLong,
  linkEnd,
} from "./time_words.ts";

const at = (text: string) => Date.parse(text);

test("a time says today, yesterday, or which day", () => {
  const now = at("2026-11-22T15:00:00Z");
  assert.equal(dayAndTime(at("2026-11-22T14:02:00Z"), now), "today 14:02");
  assert.equal(dayAndTime(at("2026-11-21T14:02:00Z"), now), "yesterday 14:02");
  assert.equal(dayAndTime(at("2026-11-20T14:02:00Z"), now), "20 Nov 2026, 14:02");
});

test("two days are so many days apart, across the change of the clocks too", () => {
  const noon = at("2026-11-22T12:00:00Z");
  assert.equal(daysApart(at("2026-11-08T23:00:00Z"), noon), "14 days apart");
  assert.equal(daysApart(noon, at("2026-11-21T12:00:00Z")), "1 day apart");
  assert.equal(daysApart(at("2026-11-22T00:00:00Z"), noon), "the same day");
  assert.equal(daysApart(at("2026-10-24T12:00:00Z"), at("2026-10-26T00:30:00Z")), "2 days apart");
});

test("the clock is the one on the wall in London", () => {
  assert.equal(clockTime(at("2026-07-01T14:02:00Z")), "15:02");
  const night = at("2026-07-01T23:30:00Z");
  assert.equal(dayAndTime(at("2026-07-01T23:10:00Z"), night), "today 00:10");
});

test("yesterday is the day before, however many hours it had", () => {
  const lateOnTheLongDay = at("2026-10-25T23:30:00Z");
  assert.equal(dayAndTime(at("2026-10-24T10:00:00Z"), lateOnTheLongDay), "yesterday 11:00");
  const afterTheShortDay = at("2027-03-28T23:10:00Z");
  assert.equal(dayAndTime(at("2027-03-28T00:10:00Z"), afterTheShortDay), "yesterday 00:10");
});

test("a day so many days ahead is the one on the calendar in London", () => {
  assert.equal(dayAfter(at("2026-11-30T04:51:00Z"), 10), "10 Dec 2026");
  assert.equal(dayAfter(at("2026-10-24T23:30:00Z"), 1), "26 Oct 2026");
  assert.equal(dayAfter(at("2027-03-27T23:30:00Z"), 1), "28 Mar 2027");
  assert.equal(dayAfter(at("2026-07-01T23:30:00Z"), 1), "3 Jul 2026");
});

test("a link ends with its last day, or at its hour", () => {
  const now = at("2026-12-10T20:00:00Z");
  const expiresAt = "2026-12-11T00:00:00Z";
  assert.equal(linkEnd({ expiresAt, lastDay: "2026-12-10" }, now), "10 Dec 2026");
  assert.equal(linkEnd({ expiresAt: "2026-12-10T21:00:00Z" }, now), "today 21:00");
});

test("how long ago is in the largest whole unit", () => {
  const now = at("2026-11-22T15:00:00Z");
  const ago = (minutes: number) => howLong(now - minutes * 60_000, now);
  assert.deepEqual([0, 1, 59, 60, 119, 120, 1439, 1440, 2880].map(ago), [
    "less than a minute",
    "1 minute",
    "59 minutes",
    "1 hour",
    "1 hour",
    "2 hours",
    "23 hours",
    "1 day",
    "2 days",
  ]);
});

test("a birthday is the same day in every zone", () => {
  assert.equal(calendarDay("1980-02-29"), "29 Feb 1980");
});

test("one is not many", () => {
  assert.deepEqual([counted(1, "photo"), counted(3, "photo")], ["1 photo", "3 photos"]);
});
