// Photos sent by the real page in a real browser to the real storage, over a wire that is cut at
// random bytes: each arrives once and intact, and only blocks that nobody confirmed are sent again.
// `UPLOADS=200` sends that many; fewer do for every day.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { launch, pickUpPhone, type TestBrowser } from "../support/browser.ts";
import { CuttingWire } from "../support/cutting_wire.ts";
import { choose, file, getReady } from "../support/patient.ts";
import { madePng } from "../support/pictures.ts";
import { type RunningSystem, startSystem } from "../support/running_system.ts";
import { until } from "../support/staff.ts";

const UPLOADS = Number(process.env["UPLOADS"] ?? 30);
/** As many as one request may ask for. */
const EACH = 10;

let system: RunningSystem;
let browser: TestBrowser;
let wire: CuttingWire;

const hashOf = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

/** One patient's journey; what was chosen is compared with what is in the record afterwards. */
async function sendAll(count: number): Promise<number> {
  const photos = Array.from({ length: count }, () => madePng(440, 330 + Math.floor(Math.random() * 400)));
  const asked = await system.staff.ask({ photos: count });
  const { page, context, complaints } = await pickUpPhone(browser.browser, { url: system.url });
  await getReady(page, asked);
  await choose(page, photos.map((photo) => file(photo)));
  if (count === 1) await page.getByRole("button", { name: "Use this photo" }).click();
  await page.getByText(`Photo ${count}`, { exact: true }).waitFor();
  // A phone that says it is online again is believed at once: the test need not wait.
  await page.evaluate(() => setInterval(() => dispatchEvent(new Event("online")), 50));
  await page.getByRole("button", { name: /^Send/ }).click();
  const has = count === 1 ? "has your photo" : `has your ${count} photos`;
  await page.getByText(has).waitFor({ timeout: 180_000 });

  const items = await until("the items", async () => {
    const found = await system.staff.itemsOf(asked.patient);
    return found.length >= count ? found : undefined;
  });
  const chosen = photos.map(hashOf).sort();
  assert.deepEqual(items.map(({ sentSha256 }) => String(sentSha256)).sort(), chosen);
  for (const { item, sha256 } of items) {
    const path = `/api/patients/${asked.patient}/items/${String(item)}/view`;
    const { url } = await system.staff.call("POST", path, {});
    const stored = Buffer.from(await (await fetch(String(url))).arrayBuffer());
    assert.equal(hashOf(stored), sha256);
    // Nothing had to be taken out of these: the record has the very bytes that were chosen.
    assert.ok(chosen.includes(hashOf(stored)));
  }
  assert.deepEqual(complaints, []);
  await context.close();
  return photos.reduce((sum, photo) => sum + photo.length, 0);
}

describe("over a wire that is cut", () => {
  before(async () => {
    system = await startSystem();
    const storage = Number(new URL(system.url).port) + 1;
    wire = await CuttingWire.before(storage);
    // The page asks for storage where the service says it is; the browser takes the wire there.
    const rule = `MAP 127.0.0.1:${storage} 127.0.0.1:${wire.port}`;
    browser = await launch({ switches: [`--host-resolver-rules=${rule}`] });
  });
  after(async () => {
    await browser.close();
    wire.close();
    await system.stop();
  });

  test(`${UPLOADS} photos arrive once and intact, and only unsent blocks are sent again`, async () => {
    let needed = 0;
    for (let left = UPLOADS; left > 0; left -= EACH) {
      needed += await sendAll(Math.min(EACH, left));
    }
    const { attempts, cuts } = wire;
    const bytesOf = (some: typeof attempts) => some.reduce((sum, { bytes }) => sum + bytes, 0);
    const confirmed = attempts.filter(({ isConfirmed }) => isConfirmed);
    const again = attempts.filter(({ block }, at) =>
      attempts.slice(0, at).some((before) => before.block === block && before.isConfirmed),
    );
    const lost = bytesOf(attempts) - bytesOf(confirmed);
    console.log(
      `${UPLOADS} photos, ${confirmed.length} blocks, ${needed} bytes: ${cuts} cuts cost ` +
        `${lost} bytes of blocks on their way; ${bytesOf(again)} confirmed bytes were sent again`,
    );
    assert.ok(cuts >= UPLOADS / 2, `${cuts} cuts`);
    assert.deepEqual(again, []);
    assert.equal(new Set(confirmed.map(({ block }) => block)).size, confirmed.length);
    assert.equal(bytesOf(confirmed), needed);
  });
});
