// How long the way in is, counted as somebody with a phone goes it for three photos: screens, taps, and
// the words that stand before the camera. On a small phone the main button is in sight at once.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { launch, pickUpPhone, type TestBrowser } from "../support/browser.ts";
import { withCameras } from "../support/made_up_cameras.ts";
import { type RunningSystem, startSystem } from "../support/running_system.ts";

/**
 * Screens that ask for something, and the last one. The progress of sending asks for nothing and goes
 * by itself.
 */
const SCREENS = 12;
/** With the link in the text, and one for the phone's own question if the camera may be used. */
const TAPS = 17;
const WORDS = 210;
const SMALL = { width: 360, height: 560 };

let system: RunningSystem;
let browser: TestBrowser;

/** Counts what is done on a page and what is read there. */
class Counted {
  readonly page: Page;
  readonly screens: string[] = [];
  taps = 0;
  words = 0;

  constructor(page: Page) {
    this.page = page;
  }

  /** A screen that has come: every word that can be seen above the footer is one to read. */
  async screen(name: string | RegExp, isRead = false): Promise<void> {
    await this.page.getByRole("heading", { name, level: 1 }).waitFor();
    this.screens.push(String(name));
    if (isRead) {
      const text = await this.page.locator("main").innerText();
      this.words += text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
    }
  }

  async tap(what: Locator): Promise<void> {
    await what.tap();
    this.taps += 1;
  }

  button(name: string | RegExp): Promise<void> {
    return this.tap(this.page.getByRole("button", { name }));
  }

  async type(label: string | RegExp, text: string): Promise<void> {
    await this.tap(this.page.getByLabel(label));
    await this.page.keyboard.type(text);
  }
}

async function isInSight(page: Page, button: Locator): Promise<void> {
  const box = await button.boundingBox();
  const end = (box?.y ?? Infinity) + (box?.height ?? 0);
  assert.equal(await page.evaluate(() => scrollY), 0);
  assert.ok(end <= SMALL.height, `the main button ends at ${end} px`);
}

describe("the way in", () => {
  before(async () => {
    [system, browser] = await Promise.all([startSystem(), launch()]);
  });
  after(async () => {
    await browser.close();
    await system.stop();
  });

  test("is short: screens, taps and words for three photos", async () => {
    const asked = await system.staff.ask({ photos: 3 });
    const { page, context, complaints } = await pickUpPhone(browser.browser, { url: system.url });
    await page.setViewportSize(SMALL);
    await withCameras(context, [{ label: "Back Camera", facing: "environment", colour: "red" }]);
    const count = new Counted(page);
    const [year = "", month = "", day = ""] = asked.person.dateOfBirth.split("-");
    await page.goto(asked.link);
    count.taps += 1;

    await count.screen(/has asked/, true);
    await isInSight(page, page.getByRole("button", { name: /^I am/ }));
    await count.button(/^I am/);

    await count.screen("Confirm who the patient is", true);
    await isInSight(page, page.getByRole("button", { name: "Continue" }));
    await count.type("Your last name", asked.person.familyName);
    await count.type("Day", day);
    await count.type("Month", month);
    await count.type("Year", year);
    await count.button("Continue");

    await page.getByText("Do you agree?").waitFor();
    await count.screen("Your choice", true);
    await count.button("Yes, I agree");

    await count.screen(/^Get ready/, true);
    const emergency = await page.getByRole("heading", { name: "Not for emergencies" }).boundingBox();
    const phone = await page.locator("main a[href='tel:02079460018']").first().boundingBox();
    const opener = page.getByRole("button", { name: "Open the camera" });
    const opens = (await opener.boundingBox())?.y ?? 0;
    assert.ok((emergency?.y ?? Infinity) < opens && (phone?.y ?? Infinity) < opens);
    await count.tap(opener);

    for (let number = 1; number <= 3; number += 1) {
      await count.screen("Take a photo");
      await page.getByText(`Photo ${number} of 3`).waitFor();
      await page.locator("button:enabled[aria-label='Take the photo']").waitFor();
      await page.waitForFunction(() => (document.querySelector("video")?.videoWidth ?? 0) > 0);
      await count.button("Take the photo");
      await count.screen("Is the photo good?");
      await count.button("Use this photo");
    }
    await count.screen("Your photos");
    await count.button("Send 3 photos");
    await page.getByText(/has your 3 photos/).waitFor({ timeout: 60_000 });

    count.screens.push("sent");
    // Chromium is told beforehand that the camera may be used; a phone asks.
    count.taps += 1;
    assert.ok(count.words <= WORDS, `${count.words} words before the camera`);
    assert.ok(count.taps <= TAPS, `${count.taps} taps`);
    assert.ok(count.screens.length <= SCREENS, `${count.screens.length} screens`);
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test("the camera can be left before all are taken, and one Back leaves it after two photos", async () => {
    const asked = await system.staff.ask({ photos: 3 });
    const { page, context } = await pickUpPhone(browser.browser, { url: system.url });
    await withCameras(context, [{ label: "Back Camera", facing: "environment", colour: "red" }]);
    const count = new Counted(page);
    const [year = "", month = "", day = ""] = asked.person.dateOfBirth.split("-");
    await page.goto(asked.link);
    await count.button(/^I help/);
    await count.type("Your name", "Pat Quill");
    await count.type("Who you are to the patient", "mother");
    await count.type("Their last name", asked.person.familyName);
    await count.type("Day", day);
    await count.type("Month", month);
    await count.type("Year", year);
    await count.button("Continue");
    await count.button("Yes, I agree");
    await count.button("Open the camera");
    for (let number = 1; number <= 2; number += 1) {
      await page.getByText(`Photo ${number} of 3`).waitFor();
      await page.locator("button:enabled[aria-label='Take the photo']").waitFor();
      await page.waitForFunction(() => (document.querySelector("video")?.videoWidth ?? 0) > 0);
      await count.button("Take the photo");
      await count.button("Use this photo");
    }
    await page.getByText("Photo 3 of 3").waitFor();
    await page.goBack();
    await page.getByRole("heading", { name: /^Get ready/ }).waitFor();
    await count.button("Open the camera");
    await count.button("That is enough");
    await page.getByRole("heading", { name: "Your photos" }).waitFor();
    assert.equal(await page.locator(".photo-list__picture").count(), 2);
    await context.close();
  });
});
