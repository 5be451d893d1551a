// R98. Every page and state of the patient's surface: no violation that axe-core knows, on a phone, a
// tablet and a desk, with text twice as large, and never wider than the window.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { launch, type Phone, pickUpPhone, type TestBrowser } from "../support/browser.ts";
import { wrongAtAnySize } from "../support/every_size.ts";
import { agree, choose, confirm, file, openLink } from "../support/patient.ts";
import { heicHead, madePng } from "../support/pictures.ts";
import { type RunningSystem, startSystem } from "../support/running_system.ts";

let system: RunningSystem;
let browser: TestBrowser;
const seen: string[] = [];

/** Looks at the page as it stands, at every size. */
async function look(page: Page, state: string): Promise<void> {
  seen.push(state);
  assert.deepEqual(await wrongAtAnySize(page), [], state);
  await isWholePage(page, state);
}

/** R1: the way to the notice from every page; a title, a heading, a language. */
async function isWholePage(page: Page, state: string): Promise<void> {
  const notice = page.locator("footer a[href='/privacy']");
  assert.equal(await notice.count(), 1, `${state} has no way to the privacy notice`);
  assert.equal(await page.locator("h1").count(), 1, `${state} has not one heading`);
  assert.match(await page.title(), /^(Error: )?.+ - Send photos$/, state);
  const isError = (await page.locator(".nhsuk-error-summary").count()) > 0;
  assert.equal((await page.title()).startsWith("Error: "), isError, `${state}: ${await page.title()}`);
}

async function phone(options: Partial<Parameters<typeof pickUpPhone>[1]> = {}): Promise<Phone> {
  return pickUpPhone(browser.browser, { url: system.url, ...options });
}

describe("every page of the patient's surface is for everybody", () => {
  before(async () => {
    [system, browser] = await Promise.all([startSystem(), launch()]);
  });
  after(async () => {
    await browser.close();
    await system.stop();
  });

  test("from the text to what was taken back", async () => {
    const asked = await system.staff.ask({ photos: 3, note: "Please show the whole scar." });
    const { page, context, complaints } = await phone();
    await openLink(page, asked.link);
    await look(page, "who is asking");
    await page.getByRole("button", { name: "Not for me" }).click();
    await look(page, "not for me");
    await page.getByRole("button", { name: "No, go back" }).click();
    await page.getByRole("button", { name: /^I help/ }).click();
    await look(page, "identity, for a helper");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText("There is a problem").waitFor();
    await look(page, "identity, a helper without a name");
    await page.getByRole("button", { name: "Back" }).click();
    await page.getByRole("button", { name: /^I am/ }).click();
    await look(page, "identity");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText("There is a problem").waitFor();
    await look(page, "identity, nothing entered");
    await confirm(page, { ...asked.person, familyName: "Somebody" });
    await page.getByText("4 tries left").waitFor();
    await look(page, "identity, wrong");
    await confirm(page, asked.person);
    await page.getByText("Do you agree?").waitFor();
    await page.getByText("Read all of it").click();
    await look(page, "choice");
    await page.reload();
    await page.getByRole("button", { name: "I help the patient" }).waitFor();
    await look(page, "choice, after a reload");
    await page.getByRole("button", { name: "I am the patient" }).click();
    await agree(page);
    await look(page, "get ready");
    await page.getByRole("button", { name: "Open the camera" }).click();
    await page.locator("button:enabled[aria-label='Take the photo']").waitFor();
    await look(page, "camera");
    await page.getByRole("button", { name: "Take the photo" }).click();
    await page.getByRole("button", { name: "Use this photo" }).waitFor();
    await look(page, "is it good");
    await page.getByRole("button", { name: "Use this photo" }).click();
    await choose(page, [file(heicHead(), "IMG_0001.HEIC", "image/heic")]);
    await page.getByText("HEIC file").waitFor();
    await look(page, "a file that cannot be used");
    await choose(page, [file(madePng(64, 48))]);
    await page.getByRole("button", { name: "Use this photo" }).click();
    await look(page, "your photos");

    await context.route(/comp=block&/, (route) => route.abort());
    await page.getByRole("button", { name: /^Send/ }).click();
    await page.getByText("Waiting for signal").waitFor();
    await look(page, "sending without signal");
    await context.unroute(/comp=block&/);
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await page.getByText("has your 2 photos").waitFor({ timeout: 60_000 });
    await look(page, "sent");
    await page.getByRole("button", { name: "Change your mind" }).click();
    await look(page, "take back");
    await page.getByRole("button", { name: "Take back my yes" }).click();
    await page.getByRole("heading", { name: "You have taken back your yes" }).waitFor();
    await look(page, "taken back");
    await page.goto(asked.link);
    await page.getByRole("heading", { name: "This link no longer works" }).waitFor();
    await look(page, "a closed link");
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test("where the camera may not be used, and where a private part is asked for", async () => {
    const asked = await system.staff.ask({ bodySite: "groin", photos: 1 });
    const { page, context, complaints } = await phone({ camera: "refused" });
    await openLink(page, asked.link);
    await page.getByRole("button", { name: /^I am/ }).click();
    await confirm(page, asked.person);
    await agree(page);
    await look(page, "get ready, private part");
    await page.getByRole("button", { name: "Open the camera" }).click();
    await page.getByRole("heading", { name: "switched off" }).waitFor();
    await look(page, "camera refused");
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test("all states were looked at", () => {
    assert.equal(new Set(seen).size, seen.length);
    assert.ok(seen.length >= 19, String(seen.length));
  });
});
