// The inbox keeps its order, its counts and its place while rows are done and pages come.
import assert from "node:assert/strict";
import test from "node:test";
import { afterInbox, neighbourRow, openInbox, UNTOUCHED, type InboxEvent } from "./inbox_state.ts";
import type { Inbox, InboxEntry } from "./staff_api.ts";
import { without } from "./waiting_pictures.ts";

const row = (name: string, team = "wound-care", minute = 0): InboxEntry => ({
  row: name,
  team,
  kind: "declined",
  at: `2026-11-22T10:${String(minute).padStart(2, "0")}:00Z`,
});
const inbox: Inbox = {
  rows: [row("a", "wound-care", 1), row("b", "plastics", 2), row("c", "wound-care", 3)],
  teams: [
    { team: "wound-care", name: "Wound Care Team", waiting: 2, next: "c" },
    { team: "plastics", name: "Plastic Surgery Team", waiting: 1 },
  ],
};
const work = (...events: InboxEvent[]) => events.reduce(afterInbox, UNTOUCHED);

test("a task that is done leaves the list and its team's count", () => {
  const open = openInbox(inbox, work({ told: "mark", row: "a" }, { told: "marked", row: "a" }));
  assert.deepEqual(
    open.rows.map(({ row }) => row),
    ["b", "c"],
  );
  assert.deepEqual(
    open.teams.map(({ waiting }) => waiting),
    [1, 1],
  );
});

test("while one task is being marked another press is nothing", () => {
  const marking = work({ told: "mark", row: "a" });
  assert.equal(afterInbox(marking, { told: "mark", row: "b" }), marking);
});

test("a refused task stays and says why", () => {
  const refused = work(
    { told: "mark", row: "a" },
    { told: "refused", row: "a", why: { kind: "unreachable" } },
  );
  assert.equal(openInbox(inbox, refused).rows.length, 3);
  assert.equal(refused.finishing.is, "not-marked");
});

test("a further page of one team joins the others in order of time", () => {
  const page: Inbox = {
    rows: [row("d", "wound-care", 4)],
    teams: [{ team: "wound-care", name: "Wound Care Team", waiting: 1 }],
  };
  const open = openInbox(
    inbox,
    work({ told: "more-asked", team: "wound-care" }, { told: "more-came", page }),
  );
  assert.deepEqual(
    open.rows.map(({ row }) => row),
    ["a", "b", "c", "d"],
  );
  assert.deepEqual(
    open.teams.map(({ waiting, next }) => [waiting, next]),
    [
      [3, undefined],
      [1, undefined],
    ],
  );
});

test("rows with the patient's words stand before older ones without", () => {
  const late = { ...row("late", "wound-care", 9), patientWords: "It smells." };
  const open = openInbox({ ...inbox, rows: [...inbox.rows, late] }, UNTOUCHED);
  assert.deepEqual(
    open.rows.map(({ row: id }) => id),
    ["late", "a", "b", "c"],
  );
});

test("a list that was asked for again begins anew", () => {
  assert.equal(work({ told: "marked", row: "a" }, { told: "list-is-new" }), UNTOUCHED);
});

test("keys go from line to line and stop at the ends", () => {
  assert.equal(neighbourRow(inbox.rows, undefined, 1), "a");
  assert.equal(neighbourRow(inbox.rows, undefined, -1), "c");
  assert.equal(neighbourRow(inbox.rows, "a", 1), "b");
  assert.equal(neighbourRow(inbox.rows, "c", 1), "c");
  assert.equal(neighbourRow([], undefined, 1), undefined);
});

test("what was looked at is not offered again", () => {
  const pictures = ["a", "b", "c"].map((item) => ({ patient: "p", item }));
  assert.deepEqual(
    without(pictures, "b").map(({ item }) => item),
    ["a", "c"],
  );
});
