// The whole road by keyboard alone, with motion switched off: focus is always seen, and each page
// says where it is.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { launch, pickUpPhone, type TestBrowser } from "../support/browser.ts";
import { type RunningSystem, startSystem } from "../support/running_system.ts";

let system: RunningSystem;
let browser: TestBrowser;

/** Goes on with Tab until the control of that name has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  const control = page.getByRole("button", { name }).or(page.getByLabel(name, { exact: true }));
  for (let steps = 0; steps < 40; steps += 1) {
    await page.keyboard.press("Tab");
    const isThere = await control.first().evaluate((element) => element === document.activeElement);
    if (isThere) {
      const style = await control.first().evaluate((element) => {
        const { boxShadow, outlineStyle } = getComputedStyle(element);
        const group = getComputedStyle(element.parentElement ?? element);
        return [boxShadow, outlineStyle, group.boxShadow];
      });
      assert.notDeepEqual(style, ["none", "none", "none"], `${name} does not show its focus`);
      return;
    }
  }
  assert.fail(`Tab never came to ${name}`);
}

async function press(page: Page, name: string): Promise<void> {
  await tabTo(page, name);
  await page.keyboard.press("Enter");
}

async function arrives(page: Page, heading: string | RegExp): Promise<void> {
  const title = page.getByRole("heading", { name: heading, level: 1 });
  await title.waitFor();
  assert.equal(await title.evaluate((element) => element === document.activeElement), true);
}

describe("by keyboard alone", () => {
  before(async () => {
    [system, browser] = await Promise.all([startSystem(), launch()]);
  });
  after(async () => {
    await browser.close();
    await system.stop();
  });

  test("a photo gets from the text to the team", async () => {
    const asked = await system.staff.ask({ photos: 1 });
    const { page, context, complaints } = await pickUpPhone(browser.browser, {
      url: system.url,
      reducedMotion: true,
    });
    await page.goto(asked.link);
    await page.getByRole("heading", { name: /has asked/ }).waitFor();
    await press(page, "Continue");
    await arrives(page, "Confirm who the patient is");
    const [year = "", month = "", day = ""] = asked.person.dateOfBirth.split("-");
    for (const [label, text] of [
      ["The patient's last name", asked.person.familyName],
      ["Day", day],
      ["Month", month],
      ["Year", year],
    ] as const) {
      await tabTo(page, label);
      await page.keyboard.type(text);
    }
    await page.keyboard.press("Enter");
    await page.getByText("Do you agree?").waitFor();
    await tabTo(page, "the patient");
    await page.keyboard.press("Space");
    await tabTo(page, "Yes, I agree");
    await page.keyboard.press("Space");
    await press(page, "Continue");
    await arrives(page, /^Get ready/);
    await press(page, "Open the camera");
    await page.locator("button:enabled[aria-label='Take the photo']").waitFor();
    await page.waitForFunction(() => (document.querySelector("video")?.videoWidth ?? 0) > 0);
    await press(page, "Take the photo");
    await arrives(page, "Is the photo good?");
    await press(page, "Use this photo");
    await arrives(page, "Your photos");
    await press(page, "Send 1 photo");
    await arrives(page, /^Sent to/);
    await page.getByText("has your 1 photo").waitFor({ timeout: 60_000 });
    const moving = await page.evaluate(() => document.getAnimations().length);
    assert.equal(moving, 0);
    assert.deepEqual(complaints, []);
    await context.close();
  });
});
