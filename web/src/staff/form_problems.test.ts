// What the service refuses stands beside the fields it is about, and nothing gets lost.
import assert from "node:assert/strict";
import test from "node:test";
import { found, isClean, NO_PROBLEMS, refused } from "./form_problems.ts";
import { afterSubmission, FRESH } from "./submission.ts";

const problem = (errors: { field: string; detail: string }[]) => ({
  kind: "refused" as const,
  problem: {
    kind: "wrong-fields",
    status: 422,
    title: "Check",
    detail: "Nothing was saved.",
    errors,
    more: {},
  },
});

test("a line goes beside its field, and one of no field of ours on top", () => {
  const errors = [
    { field: "mobile", detail: "Enter a number" },
    { field: "mobile", detail: "and another line" },
    { field: "elsewhere", detail: "Something else" },
  ];
  const { fields, general } = refused(NO_PROBLEMS, problem(errors), ["mobile"], "");
  assert.deepEqual([...fields], [["mobile", "Enter a number"]]);
  assert.deepEqual(general, ["Something else"]);
});

test("a refusal without lines says its own words", () => {
  assert.deepEqual(refused(NO_PROBLEMS, problem([]), [], "").general, ["Nothing was saved."]);
});

test("no answer says the page's own words, because perhaps it was saved", () => {
  const { general } = refused(NO_PROBLEMS, { kind: "unreachable" }, [], "Perhaps saved.");
  assert.deepEqual(general, ["Perhaps saved."]);
});

test("each try is a new list, so that it takes the focus again", () => {
  const first = found(NO_PROBLEMS, [["a", "b"]]);
  assert.equal(found(first, [["a", "b"]]).tries, 2);
  assert.ok(isClean(NO_PROBLEMS) && !isClean(first));
});

test("a form that is sent again shows no old problems", () => {
  const wrong = afterSubmission(FRESH, { told: "wrong-here", fields: [["a", "b"]] });
  const sent = afterSubmission(wrong, { told: "sent" });
  assert.equal(sent.is, "sending");
  assert.ok(isClean(sent.problems));
});
