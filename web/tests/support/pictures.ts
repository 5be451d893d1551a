// Pictures made here: PNGs whose noise is that of no other, and what the fake camera films.
import { randomInt } from "node:crypto";
import { writeFileSync } from "node:fs";
import { crc32, deflateSync } from "node:zlib";

/** Skin with a wound in the middle, lit from one side: red, green, blue. */
function skin(x: number, y: number, width: number, height: number): [number, number, number] {
  const light = 0.75 + (0.25 * x) / width;
  const away = Math.hypot((x - width / 2) / (width / 5), (y - height / 2) / (height / 6));
  const redness = Math.max(0, 1 - away);
  return [
    (214 - 50 * redness) * light,
    (164 - 110 * redness) * light,
    (138 - 90 * redness) * light,
  ];
}

/** Cheap noise: enough that no two pictures share a stretch of bytes. */
function noiseFrom(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state & 0xff) / 255;
  };
}

/** A PNG of about `width × height × 2` bytes, different each time. */
export function madePng(width = 640, height = 480, seed = randomInt(1, 2 ** 31)): Buffer {
  const noise = noiseFrom(seed);
  const rows = Buffer.alloc((width * 3 + 1) * height);
  let at = 0;
  for (let y = 0; y < height; y += 1) {
    rows[at] = 0;
    at += 1;
    for (let x = 0; x < width; x += 1) {
      for (const value of skin(x, y, width, height)) {
        rows[at] = Math.min(255, value + noise() * 40);
        at += 1;
      }
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows, { level: 1 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, "latin1"), body]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}

/** Writes what Chromium's fake camera films: raw frames in the YUV4MPEG2 form. */
export function writeCameraFilm(path: string, width = 1280, height = 960): void {
  const noise = noiseFrom(7);
  const luma = Buffer.alloc(width * height);
  const blue = Buffer.alloc((width / 2) * (height / 2));
  const red = Buffer.alloc(blue.length);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [r, g, b] = skin(x, y, width, height);
      const grain = noise() * 24;
      luma[y * width + x] = 16 + (65.5 * r + 128.6 * g + 25 * b) / 255 + grain;
      if (y % 2 === 0 && x % 2 === 0) {
        const at = (y / 2) * (width / 2) + x / 2;
        blue[at] = 128 + (-37.8 * r - 74.2 * g + 112 * b) / 255;
        red[at] = 128 + (112 * r - 93.8 * g - 18.2 * b) / 255;
      }
    }
  }
  const frame = [Buffer.from("FRAME\n"), luma, blue, red];
  const head = Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`);
  writeFileSync(path, Buffer.concat([head, ...frame, ...frame]));
}

/** The first bytes of a photo as an iPhone keeps it, and nothing behind them. */
export function heicHead(): Buffer {
  const head = Buffer.alloc(64);
  head.writeUInt32BE(24, 0);
  head.write("ftypheic", 4, "latin1");
  return head;
}
