// A call, a lock or another app takes the camera away. What the page shows then is old: no photo can
// be taken of it, the page says why, and the camera opens again by itself.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { violations } from "../support/axe.ts";
import { launch, pickUpPhone, type TestBrowser } from "../support/browser.ts";
import { getReady } from "../support/patient.ts";
import { type RunningSystem, startSystem } from "../support/running_system.ts";

let system: RunningSystem;
let browser: TestBrowser;

const ON = "button:enabled[aria-label='Take the photo']";
const OFF = "button:disabled[aria-label='Take the photo']";

/** At the camera, which is open; `journey` gets the page. */
async function atCamera(journey: (page: Page) => Promise<void>): Promise<void> {
  const asked = await system.staff.ask({ photos: 1 });
  const { page, context, complaints } = await pickUpPhone(browser.browser, { url: system.url });
  await getReady(page, asked);
  await page.getByRole("button", { name: "Open the camera" }).click();
  await page.locator(ON).waitFor();
  await journey(page);
  assert.deepEqual(complaints, []);
  await context.close();
}

/** Keeps the track that the page shows at hand as `window.track`, and ends or mutes it. */
async function toTrack(page: Page, what: "stop" | "end" | "mute" | "unmute" | "keep"): Promise<void> {
  await page.evaluate((act) => {
    const hand = window as { track?: MediaStreamTrack };
    const stream = document.querySelector("video")?.srcObject as MediaStream | null;
    const track = hand.track ?? stream?.getVideoTracks()[0];
    if (track === undefined) throw new Error("no camera is open");
    hand.track = track;
    if (act === "stop" || act === "end") track.stop();
    if (act === "end") track.dispatchEvent(new Event("ended"));
    if (act === "mute" || act === "unmute") {
      Object.defineProperty(track, "muted", { value: act === "mute", configurable: true });
      track.dispatchEvent(new Event(act));
    }
  }, what);
}

/** A call, in which nobody else gets a camera; what it gives ends it. */
async function aCall(page: Page): Promise<() => Promise<void>> {
  await page.evaluate(() => {
    const { mediaDevices } = navigator;
    const ask = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = (wish) =>
      (window as { isCall?: boolean }).isCall === true
        ? Promise.reject(new DOMException("in a call", "NotReadableError"))
        : ask(wish);
    (window as { isCall?: boolean }).isCall = true;
  });
  return () => page.evaluate(() => void ((window as { isCall?: boolean }).isCall = false));
}

/** Until a camera is on, and a photo can be taken. */
async function opensAgain(page: Page): Promise<void> {
  await page.locator(ON).waitFor();
  // The button is on a moment before the picture is there.
  await page.waitForFunction(() => {
    const stream = document.querySelector("video")?.srcObject as MediaStream | null | undefined;
    const track = stream?.getVideoTracks()[0];
    return track !== undefined && track.readyState === "live" && !track.muted;
  });
  await page.waitForFunction(() => (document.querySelector("video")?.videoWidth ?? 0) > 0);
  await page.getByRole("button", { name: "Take the photo" }).click();
  await page.getByRole("button", { name: "Use this photo" }).waitFor();
}

describe("a camera that stops", () => {
  before(async () => {
    [system, browser] = await Promise.all([startSystem(), launch()]);
  });
  after(async () => {
    await browser.close();
    await system.stop();
  });

  test("takes no photo of what it showed before, says why, and opens again by itself", () =>
    atCamera(async (page) => {
      const callEnds = await aCall(page);
      await toTrack(page, "end");
      await page.locator(OFF).waitFor();
      await page.getByText("The camera has stopped.").waitFor();
      await page.getByText("It opens again by itself.").waitFor();
      const shown = await page.evaluate(() => document.querySelector("video")?.srcObject);
      assert.equal(shown, null, "the old picture is gone");
      assert.deepEqual(await violations(page), []);
      await callEnds();
      await opensAgain(page);
    }));

  test("without a word of it, as some phones do, is noticed all the same", () =>
    atCamera(async (page) => {
      const callEnds = await aCall(page);
      await toTrack(page, "stop");
      await page.locator(OFF).waitFor();
      await callEnds();
      await opensAgain(page);
    }));

  test("for a while is off for that while", () =>
    atCamera(async (page) => {
      await toTrack(page, "mute");
      await page.locator(OFF).waitFor();
      await page.getByText("The camera shows no picture now.").waitFor();
      await toTrack(page, "unmute");
      await opensAgain(page);
    }));

  for (const [what, leave, comeBack] of [
    ["hidden", "visibilitychange", "visibilitychange"],
    ["frozen", "freeze", "resume"],
  ] as const) {
    test(`is let go while the page is ${what}, and opens again when it is back`, () =>
      atCamera(async (page) => {
        await toTrack(page, "keep");
        const tell = (isShown: boolean, name: string) =>
          page.evaluate(
            ([state, event]) => {
              Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
              document.dispatchEvent(new Event(String(event)));
            },
            [isShown ? "visible" : "hidden", name],
          );
        await tell(false, leave);
        await page.locator(OFF).waitFor();
        await page.getByText("The camera was off while you could not see this page.").waitFor();
        const state = await page.evaluate(
          () => (window as unknown as { track: MediaStreamTrack }).track.readyState,
        );
        assert.equal(state, "ended", "nobody sees the page, and the camera is free for others");
        await tell(true, comeBack);
        await opensAgain(page);
      }));
  }

  test("moving takes no photo, and says so", () =>
    atCamera(async (page) => {
      // A stream that stands still and says that all is well.
      await page.evaluate(() => {
        HTMLVideoElement.prototype.requestVideoFrameCallback = () => 1;
      });
      await page.getByRole("button", { name: "Take the photo" }).click();
      await page.getByText("No photo was taken, because the picture stood still.").waitFor();
      assert.equal(await page.getByRole("button", { name: "Use this photo" }).count(), 0);
    }));
});
