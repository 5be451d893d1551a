import assert from "node:assert/strict";
import { test } from "node:test";
import { nextChange, phaseAt } from "./session_clock.ts";

test("a session's end is announced two minutes before", () => {
  const end = 1_800_000;
  assert.equal(phaseAt(end, 0), "long");
  assert.equal(phaseAt(end, end - 120_001), "long");
  assert.equal(phaseAt(end, end - 120_000), "ending");
  assert.equal(phaseAt(end, end - 1), "ending");
  assert.equal(phaseAt(end, end), "over");
});

test("the page wakes when the phase changes and not before", () => {
  const end = 1_800_000;
  assert.equal(nextChange(end, 0), end - 120_000);
  assert.equal(nextChange(end, end - 60_000), 60_000);
  assert.equal(nextChange(end, end + 1), undefined);
});
