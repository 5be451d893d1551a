// Browsers inside other apps and strict privacy modes keep no cookie, and say nothing of it. The
// right answers then lead to a page that says why, what to do, and whom to phone.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { launch, pickUpPhone, type TestBrowser } from "../support/browser.ts";
import { wrongAtAnySize } from "../support/every_size.ts";
import { confirm, openLink } from "../support/patient.ts";
import { type RunningSystem, startSystem } from "../support/running_system.ts";
import { watch } from "../support/watch.ts";

let system: RunningSystem;
let browser: TestBrowser;

/** Chromium whose settings refuse every cookie, of whatever site. */
async function withoutCookies(work: (context: BrowserContext) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "aftersight-no-cookies-"));
  mkdirSync(join(folder, "Default"));
  const block = 2;
  const settings = { profile: { default_content_setting_values: { cookies: block } } };
  writeFileSync(join(folder, "Default", "Preferences"), JSON.stringify(settings));
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    viewport: { width: 360, height: 560 },
    locale: "en-GB",
  });
  await work(context);
  await context.close();
  rmSync(folder, { recursive: true, force: true });
}

async function saysWhyAndWhomToPhone(page: Page): Promise<void> {
  const title = "Your browser does not let us go on";
  await page.getByRole("heading", { name: title, level: 1 }).waitFor();
  await page.getByText("this browser blocks cookies").waitFor();
  await page.getByText("in another browser, such as Safari or Chrome").waitFor();
  await page.getByText(/^Allow cookies:/).waitFor();
  const phone = page.getByRole("link", { name: "020 7946 0018" });
  assert.equal(await phone.getAttribute("href"), "tel:02079460018");
  assert.match(await page.locator(".header__name").innerText(), /Riverside Hospital/);
}

describe("where the browser keeps no cookies", () => {
  before(async () => {
    [system, browser] = await Promise.all([startSystem(), launch()]);
  });
  after(async () => {
    await browser.close();
    await system.stop();
  });

  test("the right answers lead to a page that says why, and no try is used", () =>
    withoutCookies(async (context) => {
      const asked = await system.staff.ask();
      const page = await context.newPage();
      const complaints: string[] = [];
      watch(page, { url: system.url, complaints, neighbours: [] });
      await openLink(page, asked.link);
      await page.getByRole("button", { name: /^I am/ }).click();
      const answered = page.waitForResponse(/\/api\/links\/identity$/);
      await confirm(page, asked.person);
      const answer = await answered;
      assert.equal(answer.status(), 200);
      assert.ok((await answer.allHeaders())["set-cookie"], "a cookie was offered");
      await saysWhyAndWhomToPhone(page);
      assert.deepEqual(await context.cookies(), []);
      assert.deepEqual(await wrongAtAnySize(page), []);
      // Trying again asks the same few questions; a wrong answer still has all its tries.
      await page.getByRole("button", { name: "Try again" }).click();
      await page.getByRole("button", { name: /^I am/ }).click();
      await confirm(page, { ...asked.person, familyName: "Somebody" });
      await page.getByText("4 tries left").waitFor();
      await confirm(page, asked.person);
      await saysWhyAndWhomToPhone(page);
      assert.deepEqual(complaints, []);
    }));

  test("which says that it keeps them, and goes on once it really does", async () => {
    const asked = await system.staff.ask();
    const { page, context, complaints } = await pickUpPhone(browser.browser, { url: system.url });
    await openLink(page, asked.link);
    await page.getByRole("button", { name: /^I am/ }).click();
    // The function's own answer, and a browser that drops the cookie of it.
    await page.route("**/api/links/identity", async (route) => {
      await route.continue();
      await (await route.request().response())?.finished();
      await context.clearCookies();
    });
    await page.route("**/api/capture", async (route) => {
      await context.clearCookies();
      const { cookie: _, ...headers } = await route.request().allHeaders();
      await route.continue({ headers });
    });
    await confirm(page, asked.person);
    await saysWhyAndWhomToPhone(page);
    await page.unroute("**/api/links/identity");
    await page.unroute("**/api/capture");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("button", { name: /^I am/ }).click();
    await confirm(page, asked.person);
    await page.getByRole("heading", { name: "Your choice" }).waitFor();
    assert.deepEqual(complaints, []);
    await context.close();
  });
});
