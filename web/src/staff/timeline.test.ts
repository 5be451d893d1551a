// Pictures through time: one part of the body is one row, whenever each of them was taken.
import assert from "node:assert/strict";
import test from "node:test";
import { sentByWords } from "./item_words.ts";
import { afterLooking } from "./looking_state.ts";
import { requestInWords } from "./request_words.ts";
import type { ItemShown, RequestShown } from "./staff_api.ts";
import { neighbours, timeline } from "./timeline.ts";

const item = (
  name: string,
  capturedAt: string | null,
  changes: Partial<ItemShown> = {},
): ItemShown => ({
  item: name,
  request: "r",
  team: "wound-care",
  kind: "photo",
  bodySite: "knee",
  laterality: "left",
  source: "camera",
  capturedAt,
  filedAt: "2026-11-20T10:00:00Z",
  sha256: "",
  sentSha256: "",
  contentType: "image/jpeg",
  bytes: 1,
  width: 1,
  height: 1,
  orientation: 1,
  removed: [],
  keptUntil: "2034-11-20",
  thumbnailUrl: "",
  ...changes,
});
const items = [
  item("second", "2026-11-21T10:00:00Z"),
  item("other-side", "2026-11-22T10:00:00Z", { laterality: "right" }),
  item("third", "2026-11-22T11:00:00Z"),
  item("undated", null),
];

test("by part of the body, left and right are two", () => {
  const groups = timeline(items, "body-part");
  assert.deepEqual(
    groups.map(({ items }) => items.map(({ item }) => item)),
    [["undated", "second", "third"], ["other-side"]],
  );
});

test("by date, the newest day is first and a picture without a date stands where it arrived", () => {
  const groups = timeline(items, "date");
  assert.deepEqual(
    groups.map(({ key }) => key),
    ["2026-11-22", "2026-11-21", "2026-11-20"],
  );
});

test("earlier and later stay with the same part of the body", () => {
  const around = neighbours(items, "second");
  assert.deepEqual(
    [around?.earlier?.item, around?.later?.item, around?.place, around?.count],
    ["undated", "third", 2, 3],
  );
  assert.deepEqual(
    around?.others.map(({ item }) => item),
    ["undated", "third"],
  );
  assert.equal(neighbours(items, "gone"), undefined);
});

test("a picture is compared with the submission before, not with another angle of its minute", () => {
  const sent = (name: string, at: string, request: string) => item(name, at, { request });
  const all = [
    sent("old-near", "2026-11-01T10:01:00Z", "first"),
    sent("old-far", "2026-11-01T10:00:00Z", "first"),
    sent("far", "2026-11-15T10:00:00Z", "second"),
    sent("near", "2026-11-15T10:01:00Z", "second"),
    sent("more", "2026-11-15T10:02:00Z", "second"),
    item("other-side", "2026-11-10T10:00:00Z", { laterality: "right", request: "between" }),
  ];
  const previous = (name: string) => neighbours(all, name)?.previous?.item;
  assert.equal(previous("far"), "old-far");
  assert.equal(previous("near"), "old-near");
  assert.equal(previous("more"), "old-near", "the last of a shorter one");
  assert.equal(previous("old-far"), undefined, "nothing was sent before");
  assert.equal(previous("other-side"), undefined, "another side is another wound");
});

const request = (changes: Partial<RequestShown>): RequestShown => ({
  request: "r",
  team: "wound-care",
  purpose: "",
  bodySite: "knee",
  laterality: "left",
  photos: 1,
  state: "open",
  delivery: "text",
  createdAt: "2026-11-21T10:00:00Z",
  expiresAt: "2026-12-01T10:00:00Z",
  ...changes,
});
const now = Date.parse("2026-11-22T15:00:00Z");

test("a request says what the text and the patient did", () => {
  const delivered = request({ text: "delivered", textAt: "2026-11-22T09:05:00Z" });
  assert.deepEqual(requestInWords(delivered, now), {
    mood: "waiting",
    state: "Text delivered (today 09:05) · not opened",
  });
  const lost = request({ text: "permanent-failure" });
  assert.equal(requestInWords(lost, now).mood, "trouble");
  const sent = request({ state: "submitted", submittedAt: "2026-11-22T14:22:00Z" });
  assert.deepEqual(requestInWords(sent, now), {
    mood: "arrived",
    state: "Photos sent today 14:22",
  });
});

test("who sent a picture is who agreed to it, and nobody is made up", () => {
  assert.equal(sentByWords({ takenBy: { who: "patient" } }), "the patient");
  const father = { who: "parent-or-carer", relation: "father" };
  assert.equal(sentByWords({ takenBy: father }), "a parent or carer (father)");
  assert.match(sentByWords({}), /whoever opened the link/);
});

test("a read URL that ended is renewed once and not for ever", () => {
  const view = { url: "u", expiresAt: "", contentType: "image/jpeg", sha256: "" };
  const first = afterLooking({ is: "asking" }, { told: "view", view, at: 1, renewed: false });
  assert.deepEqual(afterLooking(first, { told: "url-ended" }), { is: "asking" });
  const second = afterLooking({ is: "asking" }, { told: "view", view, at: 2, renewed: true });
  assert.equal(afterLooking(second, { told: "url-ended" }).is, "failed");
});

test("a picture that is not the one that was filed is told apart", () => {
  const view = { url: "u", expiresAt: "", contentType: "image/jpeg", sha256: "" };
  const fetching = afterLooking({ is: "asking" }, { told: "view", view, at: 1, renewed: false });
  const here = afterLooking(fetching, { told: "bytes", source: "blob:x" });
  assert.deepEqual(afterLooking(here, { told: "checked", matches: false }), {
    is: "here",
    source: "blob:x",
    lookedAt: 1,
    check: "differs",
  });
});

// R27.
test("of a link given in the room no text is spoken", () => {
  const now = Date.parse("2026-11-22T15:00:00Z");
  const given = request({ delivery: "here" });
  assert.deepEqual(requestInWords(given, now), { mood: "waiting", state: "Given here, not opened" });
  const opened = request({ delivery: "here", openedAt: "2026-11-22T14:02:00Z" });
  assert.equal(
    requestInWords(opened, now).state,
    "Opened in the room today 14:02, nothing sent yet",
  );
});
