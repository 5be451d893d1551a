// Ways to a photo: the camera of the page, the phone's own, the picker; and what each may not do.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, pickUpPhone, type TestBrowser } from "../support/browser.ts";
import { choose, file, getReady, send, takePhoto } from "../support/patient.ts";
import { heicHead, madePng } from "../support/pictures.ts";
import { type RunningSystem, startSystem } from "../support/running_system.ts";

let system: RunningSystem;
let browser: TestBrowser;

describe("a photo", () => {
  before(async () => {
    [system, browser] = await Promise.all([startSystem(), launch()]);
  });
  after(async () => {
    await browser.close();
    await system.stop();
  });

  test("from the camera is a JPEG of the camera's size, taken with no copy on the phone", async () => {
    const asked = await system.staff.ask({ photos: 1 });
    const { page, context } = await pickUpPhone(browser.browser, { url: system.url });
    const downloads: string[] = [];
    page.on("download", (download) => downloads.push(download.url()));
    await getReady(page, asked);
    await takePhoto(page, "Open the camera");
    const size = await page.evaluate(() => {
      const image = document.querySelector<HTMLImageElement>(".photo-list__picture");
      return [image?.naturalWidth, image?.naturalHeight];
    });
    assert.deepEqual(size, [1280, 960]);
    const grant = page.waitForRequest(/\/api\/capture\/uploads$/);
    await send(page);
    const { contentType, source, bytes } = (await grant).postDataJSON() as Record<string, unknown>;
    assert.deepEqual([contentType, source], ["image/jpeg", "camera"]);
    assert.ok(Number(bytes) > 50_000, String(bytes));
    assert.deepEqual(downloads, []);
    await context.close();
  });

  test("camera goes dark as soon as its page is left", async () => {
    const asked = await system.staff.ask({ photos: 1 });
    const { page, context } = await pickUpPhone(browser.browser, { url: system.url });
    await getReady(page, asked);
    await page.getByRole("button", { name: "Open the camera" }).click();
    await page.locator("button:enabled[aria-label='Take the photo']").waitFor();
    const track = await page.evaluateHandle(() => {
      const stream = document.querySelector("video")?.srcObject as MediaStream | null;
      return stream?.getVideoTracks()[0] ?? null;
    });
    assert.equal(await track.evaluate((one) => one?.readyState), "live");
    await page.goBack();
    await page.getByRole("heading", { name: /^Get ready/ }).waitFor();
    assert.equal(await track.evaluate((one) => one?.readyState), "ended");
    await context.close();
  });

  test("that cannot be used is refused in words before anything is sent", async () => {
    const asked = await system.staff.ask({ photos: 2 });
    const { page, context } = await pickUpPhone(browser.browser, { url: system.url });
    await getReady(page, asked);
    let grants = 0;
    page.on("request", (request) => {
      grants += request.url().endsWith("/api/capture/uploads") ? 1 : 0;
    });
    for (const [chosen, words] of [
      [file(heicHead(), "IMG_1.HEIC", "image/heic"), "HEIC file"],
      [file(Buffer.from("%PDF-1.7"), "letter.pdf", "application/pdf"), "not a JPG or PNG"],
      [file(Buffer.alloc(0), "empty.jpg", "image/jpeg"), "This photo is empty"],
      [file(Buffer.concat([madePng(8, 8), Buffer.alloc(26 * 2 ** 20)])), "larger than 25 MB"],
    ] as const) {
      await choose(page, [chosen]);
      await page.getByText(words).waitFor();
    }
    assert.equal(grants, 0);
    await context.close();
  });

  test("chosen twice is one photo", async () => {
    const asked = await system.staff.ask({ photos: 3 });
    const { page, context } = await pickUpPhone(browser.browser, { url: system.url });
    await getReady(page, asked);
    const same = file(madePng(32, 32));
    await choose(page, [same]);
    await page.getByRole("button", { name: "Use this photo" }).click();
    await choose(page, [same]);
    await page.getByText("You have added this photo already.").waitFor();
    assert.equal(await page.locator(".photo-list__picture").count(), 1);
    await context.close();
  });

  test("more than were asked for is said, and the first are taken", async () => {
    const asked = await system.staff.ask({ photos: 2 });
    const { page, context } = await pickUpPhone(browser.browser, { url: system.url });
    await getReady(page, asked);
    await choose(page, [1, 2, 3].map(() => file(madePng(32, 32))));
    await page.getByText("You have all 2 photos").waitFor();
    await page.getByText("We added the first.").waitFor();
    assert.equal(await page.locator(".photo-list__picture").count(), 2);
    assert.equal(await page.getByLabel("Choose a photo instead").count(), 0);
    await context.close();
  });

  // Ways of the manual: the input names the types, so that an iPhone hands over a JPEG.
  test("can be had from the phone's own camera where the page's is refused", async () => {
    const asked = await system.staff.ask({ photos: 1 });
    const { page, context } = await pickUpPhone(browser.browser, {
      url: system.url,
      camera: "refused",
    });
    await getReady(page, asked);
    await page.getByRole("button", { name: "Open the camera" }).click();
    const own = page.getByLabel("Use the phone's own camera");
    await own.waitFor();
    assert.equal(await own.getAttribute("capture"), "environment");
    assert.equal(await own.getAttribute("accept"), "image/jpeg,image/png");
    await own.setInputFiles(file(madePng(32, 32)));
    await page.getByRole("button", { name: "Use this photo" }).click();
    await page.getByRole("heading", { name: "Your photos" }).waitFor();
    await context.close();
  });
});
