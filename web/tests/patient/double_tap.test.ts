// A hand that shakes taps twice. The second tap was meant for the shutter, and must not say "use this
// photo" of a photo that nobody has seen.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { launch, pickUpPhone, type TestBrowser } from "../support/browser.ts";
import { getReady } from "../support/patient.ts";
import { type RunningSystem, startSystem } from "../support/running_system.ts";

const PHONES = [
  { width: 320, height: 568 },
  { width: 360, height: 560 },
  { width: 390, height: 844 },
  { width: 412, height: 915 },
];

let system: RunningSystem;
let browser: TestBrowser;

/** When the second tap comes, after the page of the photo has. */
const MOMENTS: Record<string, (page: Page) => Promise<unknown>> = {
  "at once": async () => undefined,
  "once the photo is drawn": (page) =>
    page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))),
  "once the page takes taps": (page) => page.locator("main:not(.is-settling)").waitFor(),
};

describe("a second tap where the shutter was", () => {
  before(async () => {
    [system, browser] = await Promise.all([startSystem(), launch()]);
  });
  after(async () => {
    await browser.close();
    await system.stop();
  });

  for (const { width, height } of PHONES) {
    test(`uses no photo unseen on a phone of ${width} × ${height}`, async () => {
      const asked = await system.staff.ask({ photos: 3 });
      const { page, context } = await pickUpPhone(browser.browser, { url: system.url, width, height });
      await getReady(page, asked);
      await page.getByRole("button", { name: "Open the camera" }).click();
      for (const [moment, wait] of Object.entries(MOMENTS)) {
        const shutter = page.locator("button:enabled[aria-label='Take the photo']");
        await shutter.waitFor();
        await page.waitForFunction(() => (document.querySelector("video")?.videoWidth ?? 0) > 0);
        await page.locator("main:not(.is-settling)").waitFor();
        const box = await shutter.boundingBox();
        assert.ok(box);
        const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
        await page.touchscreen.tap(x, y);
        const asking = page.getByRole("heading", { name: "Is the photo good?" });
        await asking.waitFor();
        await wait(page);
        await page.touchscreen.tap(x, y);
        // What the tap may have led to has been drawn by now.
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
        assert.equal(await asking.count(), 1, moment);
        await page.getByRole("button", { name: "Take it again" }).click();
      }
      await context.close();
    });
  }
});
