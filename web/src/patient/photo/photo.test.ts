import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readChosenFile, sniff } from "./chosen_file.ts";
import { hintsOf } from "./coach.ts";

const bytes = (...parts: (number | string)[]) =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === "string" ? [...part].map((c) => c.charCodeAt(0)) : [part])));

describe("a chosen file", () => {
  test("is what its first bytes say, whatever it is called", () => {
    assert.equal(sniff(bytes(0xff, 0xd8, 0xff, 0xe0)), "image/jpeg");
    assert.equal(sniff(bytes(0x89, "PNG", 0x0d, 0x0a, 0x1a, 0x0a)), "image/png");
    assert.equal(sniff(bytes(0, 0, 0, 24, "ftypheic")), "heic");
    assert.equal(sniff(bytes(0, 0, 0, 24, "ftypavif")), "avif");
    assert.equal(sniff(bytes(0, 0, 0, 24, "ftypisom")), "video");
    assert.equal(sniff(bytes("RIFF", 1, 2, 3, 4, "WEBPVP8 ")), "webp");
    assert.equal(sniff(bytes("RIFF", 1, 2, 3, 4, "WAVEfmt ")), undefined);
    assert.equal(sniff(bytes("GIF89a")), "gif");
    assert.equal(sniff(bytes("II*", 0)), "tiff");
    assert.equal(sniff(bytes("BM6", 0)), "bmp");
    assert.equal(sniff(bytes(0x1a, 0x45, 0xdf, 0xa3)), "video");
    assert.equal(sniff(bytes("%PDF-1.7")), undefined);
    assert.equal(sniff(bytes()), undefined);
  });

  test("is taken with its very bytes, or refused for one reason", async () => {
    const jpeg = bytes(0xff, 0xd8, 0xff, 1, 2, 3);
    const taken = await readChosenFile(new File([jpeg], "holiday.heic"));
    assert.equal(taken.kind, "picture");
    assert.ok(taken.kind === "picture");
    assert.deepEqual(new Uint8Array(await taken.bytes.arrayBuffer()), jpeg);
    const why = async (file: File) => {
      const read = await readChosenFile(file);
      return read.kind === "refused" ? read.why : read.kind;
    };
    assert.equal(await why(new File([], "empty.jpg")), "empty");
    assert.equal(await why(new File([bytes("%PDF-1.7")], "letter.jpg")), "not-a-picture");
    assert.equal(await why(new File([bytes(0, 0, 0, 24, "ftypheic")], "a.jpg")), "heic");
    const large = new File([jpeg, new Uint8Array(25 * 1024 * 1024)], "large.jpg");
    assert.equal(await why(large), "too-large");
  });
});

describe("the coach", () => {
  const EDGE = 64;
  const picture = (brightness: (x: number, y: number) => number) => {
    const pixels = new Uint8ClampedArray(EDGE * EDGE * 4);
    for (let at = 0; at < EDGE * EDGE; at += 1) {
      pixels.fill(brightness(at % EDGE, Math.floor(at / EDGE)), at * 4, at * 4 + 3);
    }
    return hintsOf(pixels, EDGE, EDGE);
  };

  test("says nothing about a sharp and bright photo", () => {
    const sharp = picture((x, y) => ((x >> 2) + (y >> 2)) % 2 === 0 ? 90 : 190);
    assert.deepEqual(sharp, { isDark: false, isBlurred: false });
  });

  test("sees that a photo is dark or has no edges", () => {
    assert.deepEqual(picture(() => 20), { isDark: true, isBlurred: false });
    assert.deepEqual(picture((x) => 100 + x), { isDark: false, isBlurred: true });
  });
});
