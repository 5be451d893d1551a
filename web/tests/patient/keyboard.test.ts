// Every road of a patient by keyboard alone, with motion switched off: focus is always seen, and
// each page says where it is.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, pickUpPhone, type TestBrowser } from "../support/browser.ts";
import { Keyboard } from "../support/keyboard.ts";
import { file } from "../support/patient.ts";
import { madePng } from "../support/pictures.ts";
import { type RunningSystem, startSystem } from "../support/running_system.ts";
import type { Asked } from "../support/staff.ts";

let system: RunningSystem;
let browser: TestBrowser;

async function onKeys(journey: (keys: Keyboard) => Promise<void>): Promise<void> {
  const { page, context, complaints } = await pickUpPhone(browser.browser, {
    url: system.url,
    reducedMotion: true,
  });
  await journey(new Keyboard(page));
  assert.deepEqual(complaints, []);
  await context.close();
}

async function confirm(keys: Keyboard, { person }: Asked, name = "Your last name"): Promise<void> {
  const [year = "", month = "", day = ""] = person.dateOfBirth.split("-");
  await keys.type(name, person.familyName);
  await keys.type("Day", day);
  await keys.type("Month", month);
  await keys.type("Year", year);
  await keys.page.keyboard.press("Enter");
}

/** From the text to "your choice". */
async function identify(keys: Keyboard, asked: Asked): Promise<void> {
  await keys.page.goto(asked.link);
  await keys.page.getByRole("heading", { name: /has asked/ }).waitFor();
  await keys.button(/^I am/);
  await keys.arrives("Confirm who the patient is");
  await confirm(keys, asked);
  await keys.page.getByText("Do you agree?").waitFor();
}

async function agree(keys: Keyboard): Promise<void> {
  await keys.button("Yes, I agree");
  await keys.arrives(/^Get ready/);
}

describe("by keyboard alone", () => {
  before(async () => {
    [system, browser] = await Promise.all([startSystem(), launch()]);
  });
  after(async () => {
    await browser.close();
    await system.stop();
  });

  test("photos get from the text to the team, and the yes is taken back", () =>
    onKeys(async (keys) => {
      const { page } = keys;
      const asked = await system.staff.ask({ photos: 2 });
      await identify(keys, asked);
      await agree(keys);
      await keys.button("Open the camera");
      await page.locator("button:enabled[aria-label='Take the photo']").waitFor();
      await page.waitForFunction(() => (document.querySelector("video")?.videoWidth ?? 0) > 0);
      await keys.button("Take the photo");
      await keys.arrives("Is the photo good?");
      await keys.button("Take it again");
      await page.locator("button:enabled[aria-label='Take the photo']").waitFor();
      await page.waitForFunction(() => (document.querySelector("video")?.videoWidth ?? 0) > 0);
      await keys.button("Take the photo");
      await keys.arrives("Is the photo good?");
      await keys.button("Use this photo");
      await page.locator("button:enabled[aria-label='Take the photo']").waitFor();
      await keys.button("That is enough");
      await keys.arrives("Your photos");

      const [chooser] = await Promise.all([
        page.waitForEvent("filechooser"),
        keys.press(page.getByLabel("Choose a photo instead")),
      ]);
      await chooser.setFiles([file(madePng(64, 48))]);
      await keys.arrives("Is the photo good?");
      await keys.button("Use this photo");
      await keys.arrives("Your photos");
      await keys.button("Remove photo 2");
      await page.getByText("Photo 2 was taken out.").waitFor();
      await keys.type("Anything the team should know? (optional)", "It began on Monday.");
      await keys.button("Send 1 photo");
      await keys.arrives(/^Sent to/);
      await page.getByText("has your photo").waitFor({ timeout: 60_000 });
      assert.equal(await page.evaluate(() => document.getAnimations().length), 0);

      await keys.button("Change your mind");
      await keys.arrives("Take back your yes");
      await keys.button("Take back my yes");
      await keys.arrives("You have taken back your yes");
    }));

  test("somebody says that it is not for them", () =>
    onKeys(async (keys) => {
      const asked = await system.staff.ask();
      await keys.page.goto(asked.link);
      await keys.page.getByRole("heading", { name: /has asked/ }).waitFor();
      await keys.button("Not for me");
      await keys.arrives("Is this not for you?");
      await keys.button("Yes, close this link");
      await keys.arrives("This link is closed");
    }));

  test("errors lead to their fields, and a carer says no", () =>
    onKeys(async (keys) => {
      const { page } = keys;
      const asked = await system.staff.ask();
      await page.goto(asked.link);
      await page.getByRole("heading", { name: /has asked/ }).waitFor();
      await keys.button(/^I help/);
      await keys.arrives("Confirm who the patient is");
      await keys.button("Continue");
      const summary = page.locator(".nhsuk-error-summary");
      await summary.waitFor();
      assert.ok(await summary.evaluate((box) => box.contains(document.activeElement)));
      await keys.press(summary.getByRole("link").first());
      assert.ok(
        await page.evaluate(() => document.activeElement?.matches("input#helper-name") ?? false),
        "the link on top leads to the field",
      );
      await keys.type("Your name", "Pat Quill");
      await keys.type("Who you are to the patient", "mother");
      await confirm(keys, asked, "Their last name");
      await page.getByText("Do you agree?").waitFor();
      await keys.button("No, I don't agree");
      await keys.arrives("You chose not to send photos");
    }));

  test("the whole wording is read and the way back is found", () =>
    onKeys(async (keys) => {
      const { page } = keys;
      const asked = await system.staff.ask();
      await identify(keys, asked);
      await keys.press(page.locator("summary", { hasText: "Read all of it" }));
      assert.ok(await page.locator("details[open]").first().isVisible());
      await agree(keys);
      await keys.button("Back");
      await keys.arrives("Your choice");
      await keys.to(page.locator("footer a[href='/privacy']"));
    }));
});
