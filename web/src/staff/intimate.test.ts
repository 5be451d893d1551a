// The lists of this page and of the rules it stands before are the same.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { INTIMATE } from "./intimate.ts";

test("what counts as intimate here counts as intimate there", () => {
  const path = new URL("../../../handlers/domain/src/body_site.rs", import.meta.url);
  const rule = /fn is_intimate[^{]*\{\s*matches!\(self, ([^)]*)\)/.exec(readFileSync(path, "utf8"));
  const named = rule?.[1]
    ?.split("|")
    .map((name) => name.trim().replace("Self::", "").toLowerCase());
  assert.deepEqual(named, [...INTIMATE]);
});
