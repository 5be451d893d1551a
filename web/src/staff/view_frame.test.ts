// A picture is never lost out of sight, however it is zoomed and pushed.
import assert from "node:assert/strict";
import test from "node:test";
import { CLOSEST, fit, keyed, pan, WHOLE, zoom } from "./view_frame.ts";

const frame = fit(800, 600, { width: 4000, height: 2000 });

test("the whole picture fits into the frame", () => {
  assert.deepEqual(frame, { width: 800, height: 600, fitWidth: 800, fitHeight: 400 });
});

test("zoom has two ends", () => {
  assert.equal(zoom(WHOLE, 1000, frame).scale, CLOSEST);
  assert.deepEqual(zoom(zoom(WHOLE, 3, frame), 0.001, frame), WHOLE);
});

test("the point under the pointer stays there", () => {
  const before = zoom(WHOLE, 2, frame);
  const after = zoom(before, 2, frame, 100, 50);
  // The same point of the picture, in units of the picture at scale 1.
  assert.equal((100 - before.x) / before.scale, (100 - after.x) / after.scale);
  assert.equal((50 - before.y) / before.scale, (50 - after.y) / after.scale);
});

test("no push moves a picture's edge into the frame", () => {
  const close = zoom(WHOLE, 4, frame);
  assert.deepEqual(pan(close, 1e6, -1e6, frame), { scale: 4, x: 1200, y: -500 });
  assert.deepEqual(pan(WHOLE, 50, 50, frame), WHOLE);
});

test("arrows move a zoomed picture and are left to the page otherwise", () => {
  assert.equal(keyed(WHOLE, "ArrowLeft", frame), undefined);
  assert.equal(keyed(zoom(WHOLE, 2, frame), "ArrowLeft", frame)?.x, 120);
  assert.deepEqual(keyed(zoom(WHOLE, 2, frame), "0", frame), WHOLE);
  assert.equal(keyed(WHOLE, "x", frame), undefined);
});
