// What is drawn reads back as what was to be drawn.
import assert from "node:assert/strict";
import test from "node:test";
import decodeQR from "qr/decode.js";
import { drawQr } from "./qr_drawing.ts";

const PIXELS = 4;

/** The path as a camera would see it: dark and light pixels. */
function seen({ size, path }: ReturnType<typeof drawQr>) {
  const side = size * PIXELS;
  const data = new Uint8Array(side * side * 4).fill(255);
  for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    for (let row = Number(y) * PIXELS; row < (Number(y) + 1) * PIXELS; row += 1) {
      const from = (row * side + Number(x) * PIXELS) * 4;
      for (let at = from; at < from + Number(width) * PIXELS * 4; at += 1) {
        if (at % 4 !== 3) data[at] = 0;
      }
    }
  }
  return { width: side, height: side, data };
}

test("a link's code reads back letter by letter", () => {
  for (const origin of ["http://127.0.0.1:7071", "https://photos.a-longer-name.example.org"]) {
    const link = `${origin}/r#4TM2P-XXM72-DEBN1-HTDD3-A0MECK`;
    assert.equal(decodeQR(seen(drawQr(link))), link);
  }
});

test("four light modules stand around it", () => {
  const { size, path } = drawQr("x");
  for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)/g)) {
    assert.ok(Number(x) >= 4 && Number(x) + Number(width) <= size - 4);
    assert.ok(Number(y) >= 4 && Number(y) < size - 4);
  }
});
