// Phones with three or four cameras: all of them can be come to, the good one is asked for first next
// time, and what is known of them is used. A light that does not work says so.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { launch, pickUpPhone, type TestBrowser } from "../support/browser.ts";
import { type MadeUpCamera, withCameras } from "../support/made_up_cameras.ts";
import { getReady } from "../support/patient.ts";
import { type RunningSystem, startSystem } from "../support/running_system.ts";

let system: RunningSystem;
let browser: TestBrowser;

async function atCamera(
  cameras: readonly MadeUpCamera[],
  journey: (page: Page) => Promise<void>,
): Promise<void> {
  const asked = await system.staff.ask({ photos: 2 });
  const { page, context, complaints } = await pickUpPhone(browser.browser, { url: system.url });
  await withCameras(context, cameras);
  await getReady(page, asked);
  await open(page);
  await journey(page);
  assert.deepEqual(complaints, []);
  await context.close();
}

const open = (page: Page) => page.getByRole("button", { name: "Open the camera" }).click();

/** Waits until the page shows this camera, and no other. */
async function shows(page: Page, label: string): Promise<void> {
  await page.waitForFunction((wanted) => {
    const stream = document.querySelector("video")?.srcObject as MediaStream | null;
    return stream?.getVideoTracks()[0]?.getSettings().deviceId === wanted;
  }, label);
  await page.locator("button:enabled[aria-label='Take the photo']").waitFor();
}

const another = (page: Page) => page.getByRole("button", { name: "Use the other camera" }).click();
const asked = (page: Page) =>
  page.evaluate(() => [...(window as unknown as { asked: string[] }).asked]);

const ANDROID: readonly MadeUpCamera[] = [
  { label: "camera2 0, facing back", facing: "environment", colour: "red" },
  { label: "camera2 1, facing front", facing: "user", colour: "green" },
  { label: "camera2 2, facing back", facing: "environment", colour: "blue" },
];

describe("a phone with several cameras", () => {
  before(async () => {
    [system, browser] = await Promise.all([startSystem(), launch()]);
  });
  after(async () => {
    await browser.close();
    await system.stop();
  });

  test("lends all of them in turn, and the one that was good first next time", () =>
    atCamera(ANDROID, async (page) => {
      await shows(page, "camera2 0, facing back");
      for (const label of [
        "camera2 2, facing back",
        "camera2 1, facing front",
        "camera2 0, facing back",
        "camera2 2, facing back",
      ]) {
        await another(page);
        await shows(page, label);
      }
      await page.getByText("Camera 2 of 3").waitFor({ state: "attached" });
      await page.goBack();
      await page.getByRole("heading", { name: /^Get ready/ }).waitFor();
      const before = (await asked(page)).length;
      await open(page);
      await shows(page, "camera2 2, facing back");
      assert.deepEqual((await asked(page)).slice(before), ["camera2 2, facing back"]);
      // Nothing of it is kept: another page does not know.
      assert.deepEqual(await page.evaluate(() => [localStorage.length, sessionStorage.length]), [0, 0]);
    }));

  test("opens by itself the one at the back that is not ultra-wide, where names tell", () =>
    atCamera(
      [
        { label: "Front Camera", facing: "user", colour: "green" },
        { label: "Back Ultra Wide Camera", facing: "environment", colour: "red" },
        { label: "Back Camera", facing: "environment", colour: "blue" },
      ],
      (page) => shows(page, "Back Camera"),
    ));

  test("opens by itself the one that can make near things sharp, where cameras tell", () =>
    atCamera(
      ANDROID.map((camera) => ({
        ...camera,
        focusModes: camera.label.includes(" 2,") ? ["continuous", "manual"] : ["manual"],
      })),
      (page) => shows(page, "camera2 2, facing back"),
    ));

  test("says when its light does not work, and not when it does", () =>
    atCamera(
      ANDROID.map((camera, at) => ({ ...camera, torch: at === 0 ? "fails" : "works" })),
      async (page) => {
        await shows(page, "camera2 0, facing back");
        await page.getByRole("button", { name: "Turn the light on" }).click();
        await page.getByText("The light of this camera does not work here.").waitFor();
        await page.getByRole("button", { name: "Turn the light on" }).waitFor();
        await another(page);
        await shows(page, "camera2 2, facing back");
        await page.getByRole("button", { name: "Turn the light on" }).click();
        await page.getByRole("button", { name: "Turn the light off" }).waitFor();
        assert.equal(await page.getByText("The light of this camera does not work").count(), 0);
      },
    ));
});
