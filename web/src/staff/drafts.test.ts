import assert from "node:assert/strict";
import test from "node:test";
import { Drafts, draftKey } from "./drafts.ts";

test("what was typed about one patient is not shown with another, nor beside another picture", () => {
  const drafts = new Drafts();
  drafts.keep(draftKey("one", "note", "left"), "Clean edges.", "");
  assert.equal(drafts.read(draftKey("one", "note", "left")), "Clean edges.");
  assert.equal(drafts.read(draftKey("one", "note", "right")), undefined);
  assert.equal(drafts.read(draftKey("two", "note", "left")), undefined);
});

test("a form that is as empty as before is no draft", () => {
  const drafts = new Drafts();
  drafts.keep("one note", { text: "Cl" }, { text: "" });
  assert.equal(drafts.isEmpty, false);
  drafts.keep("one note", { text: "" }, { text: "" });
  assert.equal(drafts.isEmpty, true);
});

test("nothing is left after a sign-out", () => {
  const drafts = new Drafts();
  drafts.keep("one note", "a", "");
  drafts.keep("one correction", "b", "");
  drafts.forgetAll();
  assert.equal(drafts.isEmpty, true);
  assert.equal(drafts.read("one note"), undefined);
});
