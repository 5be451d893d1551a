// Pictures that are easily judged wrongly go the whole way, and Chromium shows what comes out as it shows what went in:
// the same pixels, and a small picture of the same colours. What each is: handlers/media/tests/cases/README.md.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { launch, pickUpPhone, type TestBrowser } from "../support/browser.ts";
import { getReady } from "../support/patient.ts";
import { type RunningSystem, startSystem } from "../support/running_system.ts";
import { until } from "../support/staff.ts";

const FOLDER = fileURLToPath(new URL("../../../handlers/media/tests/cases/", import.meta.url));
const REFUSED = ["g-j05-cut50-no-eoi.jpg", "g-j14-restart-always-0.jpg", "g-j26-second-soi.jpg", "g-p45-cut.png"];
/** Chromium leaves the last row of blocks grey where the end marker is missing; the clean file has the marker. */
const COMPLETED = ["k03-ends-with-ff.jpg", "k03-no-eoi-whole-scan.jpg"];
/** As many as one request takes. */
const GROUP = 10;

let system: RunningSystem;
let browser: TestBrowser;

interface Sent {
  name: string;
  bytes: Buffer;
  upload: string;
}

/** Sends one file by the patient's own calls. */
async function sendFile(page: Page, name: string): Promise<Sent> {
  const bytes = readFileSync(FOLDER + name);
  const contentType = name.endsWith(".png") ? "image/png" : "image/jpeg";
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const granted = await page.request.post(`${system.url}/api/capture/uploads`, {
    headers: { Origin: system.url },
    data: { contentType, bytes: bytes.length, sha256, source: "file" },
  });
  assert.equal(granted.status(), 201, `${name}: ${await granted.text()}`);
  const { upload, url, headers } = (await granted.json()) as {
    upload: string;
    url: string;
    headers: Record<string, string>;
  };
  const put = await fetch(url, { method: "PUT", headers, body: new Uint8Array(bytes) });
  assert.equal(put.status, 201, name);
  await page.request.post(`${system.url}/api/capture/uploads/${upload}/finish`, {
    headers: { Origin: system.url },
    data: {},
  });
  return { name, bytes, upload };
}

interface Seen {
  width: number;
  height: number;
  /** Mean of red, green and blue on white. */
  means: number[];
  pixels: number;
}

/** What Chromium paints of a file, at its own size or at another. */
function paint(page: Page, file: Buffer, size?: { width: number; height: number }): Promise<Seen> {
  return page.evaluate(
    async ({ url, size }) => {
      const image = new Image();
      image.src = url;
      await image.decode();
      const canvas = document.createElement("canvas");
      canvas.width = size?.width ?? image.naturalWidth;
      canvas.height = size?.height ?? image.naturalHeight;
      const context = canvas.getContext("2d");
      if (context === null) {
        throw new Error("no canvas");
      }
      context.fillStyle = "#fff";
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.imageSmoothingQuality = "high";
      context.drawImage(image, 0, 0, canvas.width, canvas.height);
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      const sums = [0, 0, 0];
      let pixels = 0;
      for (let at = 0; at < data.length; at += 4) {
        for (const channel of [0, 1, 2]) {
          const value = data[at + channel] ?? 0;
          sums[channel] = (sums[channel] ?? 0) + value;
          pixels = (pixels * 31 + value) | 0;
        }
      }
      const means = sums.map((sum) => sum / (data.length / 4));
      return { width: image.naturalWidth, height: image.naturalHeight, means, pixels };
    },
    { url: `data:image/*;base64,${file.toString("base64")}`, size },
  );
}

async function bytesOf(url: string): Promise<Buffer> {
  return Buffer.from(await (await fetch(url)).arrayBuffer());
}

describe("a picture that is easily judged wrongly", () => {
  before(async () => {
    [system, browser] = await Promise.all([startSystem(), launch()]);
  });
  after(async () => {
    await browser.close();
    await system.stop();
  });

  test("comes out with the pixels and the colours that Chromium sees in it, or is refused", async () => {
    const names = readdirSync(FOLDER).filter((name) => !name.endsWith(".md"));
    assert.equal(names.length, 44);
    const easel = await (await browser.browser.newContext()).newPage();
    for (let from = 0; from < names.length; from += GROUP) {
      const group = names.slice(from, from + GROUP);
      const asked = await system.staff.ask({ photos: group.length });
      const { page, context } = await pickUpPhone(browser.browser, { url: system.url });
      await getReady(page, asked);
      const sent: Sent[] = [];
      for (const name of group) {
        sent.push(await sendFile(page, name));
      }
      const submitted = await page.request.post(`${system.url}/api/capture/submit`, {
        headers: { Origin: system.url },
        data: {},
      });
      assert.ok(submitted.ok(), await submitted.text());
      await context.close();
      const taken = sent.filter(({ name }) => !REFUSED.includes(name));
      const items = await until(`${taken.length} pictures`, async () => {
        const items = await system.staff.itemsOf(asked.patient);
        return items.length >= taken.length ? items : undefined;
      });
      assert.deepEqual(items.map(({ item }) => item).sort(), taken.map(({ upload }) => upload).sort());
      for (const { name, bytes, upload } of taken) {
        const view = await system.staff.call("POST", `/api/patients/${asked.patient}/items/${upload}/view`);
        const item = items.find(({ item }) => item === upload);
        const small = await paint(easel, await bytesOf(String(item?.["thumbnailUrl"])));
        const clean = await bytesOf(String(view["url"]));
        const [before, after] = [await paint(easel, bytes), await paint(easel, clean)];
        assert.deepEqual([after.width, after.height], [before.width, before.height], name);
        if (!COMPLETED.includes(name)) {
          assert.equal(after.pixels, before.pixels, `${name}: other pixels`);
        }
        const shrunk = await paint(easel, clean, small);
        for (const [channel, mean] of shrunk.means.entries()) {
          const away = Math.abs(mean - (small.means[channel] ?? 0));
          assert.ok(away <= 6, `${name}: its small picture is ${away} off`);
        }
      }
    }
  });
});
