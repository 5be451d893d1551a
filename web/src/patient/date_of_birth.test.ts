import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDate } from "./date_of_birth.ts";

const parse = (day: string, month: string, year: string) => parseDate({ day, month, year });

test("three fields are one date, with or without leading noughts", () => {
  assert.deepEqual(parse("27", "3", "1958"), { kind: "date", iso: "1958-03-27" });
  assert.deepEqual(parse(" 07 ", "03", "1958"), { kind: "date", iso: "1958-03-07" });
});

test("an empty field is missing, and what is no date is no date", () => {
  assert.equal(parse("", "3", "1958").kind, "missing");
  for (const [day, month, year] of [
    ["32", "1", "1980"],
    ["30", "2", "1980"],
    ["0", "1", "1980"],
    ["1", "13", "1980"],
    ["1", "1", "80"],
    ["1", "Jan", "1980"],
    ["1e0", "1", "1980"],
  ] as const) {
    assert.equal(parse(day, month, year).kind, "not-a-date", `${day} ${month} ${year}`);
  }
});
