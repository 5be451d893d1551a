// Times as people in the United Kingdom read them, in summer too.
import assert from "node:assert/strict";
import test from "node:test";
import { calendarDay, clockTime, counted, dayAndTime, howLong } from "./time_words.ts";

const at = (text: string) => Date.parse(text);

test("a time says today, yesterday, or which day", () => {
  const now = at("2026-11-22T15:00:00Z");
  assert.equal(dayAndTime(at("2026-11-22T14:02:00Z"), now), "today 14:02");
  assert.equal(dayAndTime(at("2026-11-21T14:02:00Z"), now), "yesterday 14:02");
  assert.equal(dayAndTime(at("2026-11-20T14:02:00Z"), now), "20 Nov 2026, 14:02");
});

test("the clock is the one on the wall in London", () => {
  assert.equal(clockTime(at("2026-07-01T14:02:00Z")), "15:02");
  const night = at("2026-07-01T23:30:00Z");
  assert.equal(dayAndTime(at("2026-07-01T23:10:00Z"), night), "today 00:10");
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
