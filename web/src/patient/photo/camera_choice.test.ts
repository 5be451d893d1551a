import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bestFirst, facingOf, othersAfter, type SeenCamera } from "./camera_choice.ts";

const camera = (label: string, facing = facingOf(label)): SeenCamera => ({
  id: label,
  label,
  facing,
});
const best = (labels: readonly string[], focus: Record<string, boolean> = {}) =>
  bestFirst(labels.map((label) => camera(label)), new Map(Object.entries(focus)))[0]?.id;

describe("of a phone's cameras", () => {
  test("one at the back comes before one at the front, in any order and language", () => {
    assert.equal(best(["Front Camera", "Back Camera"]), "Back Camera");
    assert.equal(best(["camera2 1, facing front", "camera2 0, facing back"]), "camera2 0, facing back");
    assert.equal(best(["Vordere Kamera", "Rückkamera"]), "Rückkamera");
    assert.equal(best(["FaceTime HD Camera", "USB Camera"]), "USB Camera");
  });

  test("one at the back that is not ultra-wide is preferred where labels tell", () => {
    const iPhone = [
      "Front Camera",
      "Back Ultra Wide Camera",
      "Back Telephoto Camera",
      "Back Camera",
      "Desk View Camera",
    ];
    assert.equal(best(iPhone), "Back Camera");
    assert.equal(best(["Ultra-Weitwinkelkamera (Rückseite)", "Rückkamera"]), "Rückkamera");
    // Two lenses that change over by themselves are not the wide one.
    assert.equal(best(["Back Ultra Wide Camera", "Back Dual Wide Camera"]), "Back Dual Wide Camera");
  });

  test("one that cannot make near things sharp comes after one that can, and after one unknown", () => {
    const android = ["camera2 0, facing back", "camera2 2, facing back", "camera2 3, facing back"];
    const [first = "", second = "", third = ""] = android;
    assert.equal(best(android, { [first]: false }), second);
    assert.equal(best(android, { [first]: false, [second]: false, [third]: true }), third);
    assert.equal(best(android, { [first]: true }), first);
    assert.equal(best(["Back Ultra Wide Camera", "Back Camera"], { "Back Ultra Wide Camera": true, "Back Camera": false }), "Back Camera");
  });

  test("never one at the front because it is sharp", () => {
    assert.equal(best(["Front Camera", "Back Camera"], { "Front Camera": true, "Back Camera": false }), "Back Camera");
  });

  test("those that are alike stay in the browser's order", () => {
    const plain = ["", "1", "2"].map((id) => ({ id, label: "", facing: undefined }));
    assert.deepEqual(bestFirst(plain, new Map()), plain);
  });

  test("going round comes to every one, once, and never to the one that is open", () => {
    const all = ["a", "b", "c", "d"].map((label) => camera(label));
    const from = (current: string | undefined) => othersAfter(all, current).map(({ id }) => id);
    assert.deepEqual(from("a"), ["b", "c", "d"]);
    assert.deepEqual(from("c"), ["d", "a", "b"]);
    assert.deepEqual(from("d"), ["a", "b", "c"]);
    assert.deepEqual(from(undefined), ["a", "b", "c", "d"]);
    assert.deepEqual(othersAfter([], "a"), []);
  });
});
