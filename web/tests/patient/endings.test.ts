// Every way that a journey can stop: each page says what happened, what is kept and what to do.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { launch, type Phone, pickUpPhone, type TestBrowser } from "../support/browser.ts";
import { wrongAtAnySize } from "../support/every_size.ts";
import {
  choose,
  confirm,
  file,
  getReady,
  identify,
  openLink,
  send,
  takePhoto,
} from "../support/patient.ts";
import { madePng } from "../support/pictures.ts";
import { type RunningSystem, startSystem } from "../support/running_system.ts";
import { until } from "../support/staff.ts";

let system: RunningSystem;
let browser: TestBrowser;

async function onPhone(journey: (phone: Phone) => Promise<void>): Promise<void> {
  const phone = await pickUpPhone(browser.browser, { url: system.url, width: 320, height: 640 });
  await journey(phone);
  assert.deepEqual(phone.complaints, []);
  await phone.context.close();
}

async function stands(page: Page, heading: string | RegExp, ...words: (string | RegExp)[]) {
  await page.getByRole("heading", { name: heading, level: 1 }).waitFor();
  for (const word of words) {
    await page.getByText(word).first().waitFor();
  }
  assert.deepEqual(await wrongAtAnySize(page), [], String(heading));
}

const PHONE = /020 7946 0018/;

describe("a journey that stops", () => {
  before(async () => {
    [system, browser] = await Promise.all([startSystem(), launch()]);
  });
  after(async () => {
    await browser.close();
    await system.stop();
  });

  test("at a page without a link says which link to open", () =>
    onPhone(async ({ page }) => {
      await page.goto(`${system.url}/r`);
      await stands(page, "Open the link in your text message", "text message that you got");
    }));

  test("at a link that nobody has says so", () =>
    onPhone(async ({ page }) => {
      await page.goto(`${system.url}/r#00000-00000-00000-00000-000000`);
      await stands(page, "This link does not work", "phone the team");
    }));

  test("where somebody says that it is not for them, and nobody is texted again", () =>
    onPhone(async ({ page }) => {
      const asked = await system.staff.ask();
      await openLink(page, asked.link);
      await page.getByRole("button", { name: "Not for me" }).click();
      await page.getByRole("button", { name: "Yes, close this link" }).click();
      await stands(page, "This link is closed", "nobody will text this number again", PHONE);
      await page.goto(asked.link);
      await stands(page, "This link no longer works", "No photos were kept", PHONE);
    }));

  test("for half an hour after five wrong answers, then says how long", () =>
    onPhone(async ({ page }) => {
      const asked = await system.staff.ask();
      await openLink(page, asked.link);
      await page.getByRole("button", { name: /^I am/ }).click();
      for (const left of ["4 tries left", "3 tries left", "2 tries left", "1 try left"]) {
        await confirm(page, { ...asked.person, familyName: "Somebody" });
        await page.getByText(left).waitFor();
      }
      await confirm(page, { ...asked.person, dateOfBirth: "1950-01-01" });
      await stands(page, "Confirm who the patient is", "Wait 30 minutes", PHONE);
      await confirm(page, asked.person);
      await stands(page, "Confirm who the patient is", "We did not look at this answer");
      await page.goto(asked.link);
      await stands(page, /has asked/, /You can go on in (29|30) minutes/);
    }));

  test("never says which of the two answers was wrong", () =>
    onPhone(async ({ page }) => {
      const asked = await system.staff.ask();
      await openLink(page, asked.link);
      await page.getByRole("button", { name: /^I am/ }).click();
      const said: string[] = [];
      for (const [wrong, left] of [
        [{ familyName: "Somebody" }, "4 tries left"],
        [{ dateOfBirth: "1950-01-01" }, "3 tries left"],
      ] as const) {
        await confirm(page, { ...asked.person, ...wrong });
        await page.getByText(left).waitFor();
        said.push(await page.locator(".nhsuk-error-summary").innerText());
      }
      assert.equal(said[0]?.replace("4", "3"), said[1]);
      assert.equal(await page.locator(".nhsuk-input--error").count(), 0);
    }));

  test("with a no, which is kept, and nothing else is", () =>
    onPhone(async ({ page }) => {
      const asked = await system.staff.ask();
      await identify(page, asked);
      // R30: nothing is chosen beforehand.
      const answers = page.locator(".two-answers button");
      await answers.nth(1).waitFor();
      assert.equal(await page.locator("input").count(), 0);
      const looks = await answers.evaluateAll((all) =>
        all.map((one) => [one.className, one.getBoundingClientRect().width]),
      );
      assert.deepEqual(looks[0], looks[1], "two answers that weigh the same");
      await page.getByRole("button", { name: "No, I don't agree" }).click();
      await stands(page, "You chose not to send photos", "You still get care", PHONE);
      await page.reload();
      await stands(page, "Open the link in your text message");
    }));

  test("where the session ended, and goes on after the same few answers", () =>
    onPhone(async ({ page, context }) => {
      const asked = await system.staff.ask({ photos: 2 });
      await getReady(page, asked);
      await choose(page, [file(madePng(64, 48)), file(madePng(64, 48))]);
      await page.getByText("Photo 2").waitFor();
      await context.clearCookies();
      await page.getByRole("button", { name: "Send 2 photos" }).click();
      await stands(page, "Confirm who you are again", "2 photos on this page are kept");
      await page.getByRole("button", { name: "Confirm again" }).click();
      await confirm(page, asked.person);
      await page.getByRole("heading", { name: "Your photos" }).waitFor();
      await send(page);
    }));

  test("where another link was opened on the same phone meanwhile", () =>
    onPhone(async ({ page, context }) => {
      const [first, second] = [await system.staff.ask(), await system.staff.ask()];
      await getReady(page, first);
      const other = await context.newPage();
      await getReady(other, second);
      await choose(page, [file(madePng(64, 48))]);
      await page.getByRole("button", { name: "Use this photo" }).click();
      await page.getByRole("button", { name: "Send 1 photo" }).click();
      await stands(page, "Another request is open on this phone", "Nothing was changed");
      assert.equal((await system.staff.itemsOf(second.patient)).length, 0);
      assert.equal((await system.staff.itemsOf(first.patient)).length, 0);
    }));

  test("where the service does not answer, and goes on when it does", () =>
    onPhone(async ({ page, context }) => {
      const asked = await system.staff.ask();
      await context.route("**/api/**", (route) => route.abort());
      await page.goto(asked.link);
      await stands(page, "No signal", "Your phone may have no signal");
      await context.unroute("**/api/**");
      await page.getByRole("button", { name: "Try again" }).click();
      await page.getByRole("heading", { name: /has asked/ }).waitFor();
    }));

  test("at a photo that cannot be used says why, and another takes its place", () =>
    onPhone(async ({ page, context }) => {
      const asked = await system.staff.ask({ photos: 1 });
      await getReady(page, asked);
      // The first bytes of a picture and then none: only the service can find out.
      await choose(page, [file(madePng(64, 48).subarray(0, 60))]);
      await page.getByRole("button", { name: "Use this photo" }).click();
      // The team is told only after the service has looked: refusals can come before and after.
      await context.route("**/api/capture/submit", async (route) => {
        await until("a refusal", async () => {
          const capture = await page.request.get(`${system.url}/api/capture`);
          return (await capture.text()).includes('"refused"') ? true : undefined;
        });
        await route.continue();
      });
      await page.getByRole("button", { name: "Send 1 photo" }).click();
      await stands(page, "Your photos", /Part of the photo is missing|damaged/);
      await context.unroute("**/api/capture/submit");
      await takePhoto(page, "Take another photo");
      await send(page);
      await page.getByText("has your photo").waitFor({ timeout: 60_000 });
    }));

  test("where the organisation has paused the service, whichever call finds out", () =>
    onPhone(async ({ page, context }) => {
      const asked = await system.staff.ask({ photos: 1 });
      await getReady(page, asked);
      await choose(page, [file(madePng(64, 48))]);
      await page.getByRole("button", { name: "Use this photo" }).click();
      // As `service_paused` words it: pausing the demo organisation would stop every other test.
      await context.route("**/api/capture/uploads", (route) =>
        route.fulfill({
          status: 403,
          contentType: "application/problem+json",
          json: {
            type: "/problems/service-paused",
            title: "This is not possible at the moment",
            status: 403,
            detail:
              "Riverside Hospital has paused this service. Nothing was changed. Please phone Riverside Hospital on 020 7946 0018.",
            controller: "Riverside Hospital",
            phone: "020 7946 0018",
          },
        }),
      );
      await page.getByRole("button", { name: "Send 1 photo" }).click();
      await stands(page, "This is not possible at the moment", "has paused this service", PHONE);
    }));

  test("at an address without https says so, and sends nothing", async () => {
    // A name that is not this machine's own: to a browser that is the open network.
    const port = new URL(system.url).port;
    const name = `http://photos.example.org:${port}`;
    const { browser: other, close } = await launch({
      switches: ["--host-resolver-rules=MAP photos.example.org 127.0.0.1"],
    });
    const page = await (await other.newContext()).newPage();
    const calls: string[] = [];
    page.on("request", (request) => {
      if (request.url().includes("/api/")) calls.push(request.url());
    });
    await page.goto(`${name}/r#00000-00000-00000-00000-000000`);
    await stands(page, "This page is not safe to use", "The address must start with https");
    assert.deepEqual(calls, []);
    await close();
  });

  test("where the choice is read again because its words changed meanwhile", () =>
    onPhone(async ({ page, context }) => {
      const asked = await system.staff.ask();
      await identify(page, asked);
      // The words that the page shows are older than those in force.
      await context.route("**/api/capture/consent", async (route) => {
        if (route.request().method() !== "PUT") return route.continue();
        const body = route.request().postDataJSON() as object;
        return route.continue({ postData: JSON.stringify({ ...body, version: "2020-01" }) });
      });
      await page.getByRole("button", { name: "Yes, I agree" }).click();
      await stands(page, "Your choice", "The text has changed");
      await context.unroute("**/api/capture/consent");
      await page.getByRole("button", { name: "Yes, I agree" }).click();
      await page.getByRole("heading", { name: /^Get ready/ }).waitFor();
    }));

  test("without JavaScript says what to do instead", async () => {
    const { page, context } = await pickUpPhone(browser.browser, {
      url: system.url,
      javaScript: false,
    });
    await page.goto(`${system.url}/r`);
    await page.getByRole("heading", { name: "This page cannot take photos" }).waitFor();
    const said = await page.locator("main").innerText();
    assert.match(said, /phone the hospital or clinic that sent you the text/);
    assert.equal(await page.locator("a[href='/privacy']").count(), 1);
    await context.close();
  });
});
