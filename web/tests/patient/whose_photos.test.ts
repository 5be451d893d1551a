// Two people share one phone: every page after identity says whose photos it is about, and who is done
// leaves nothing for the next one. What did not reach the team is named, and never celebrated.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, type Phone, pickUpPhone, type TestBrowser } from "../support/browser.ts";
import { wrongAtAnySize } from "../support/every_size.ts";
import { choose, confirm, file, getReady, send, takePhoto, toIdentity, toPhotos } from "../support/patient.ts";
import { madePng } from "../support/pictures.ts";
import { type RunningSystem, startSystem } from "../support/running_system.ts";

let system: RunningSystem;
let browser: TestBrowser;

async function onPhone(journey: (phone: Phone) => Promise<void>): Promise<void> {
  const phone = await pickUpPhone(browser.browser, { url: system.url });
  await journey(phone);
  assert.deepEqual(phone.complaints, []);
  await phone.context.close();
}

describe("on a phone that two people share", () => {
  before(async () => {
    [system, browser] = await Promise.all([startSystem(), launch()]);
  });
  after(async () => {
    await browser.close();
    await system.stop();
  });

  test("every page from identity on shows the whole name, and none before it", () =>
    onPhone(async ({ page }) => {
      const asked = await system.staff.ask({ photos: 2 });
      const { givenName, familyName } = asked.person;
      const whole = page.getByText(`Patient: ${givenName} ${familyName}`);
      await toIdentity(page, asked.link);
      assert.ok(!(await page.content()).includes(familyName));
      await confirm(page, asked.person);
      await page.getByRole("heading", { name: "Your choice" }).waitFor();
      await whole.waitFor();
      await page.getByRole("button", { name: "Yes, I agree" }).click();
      await page.getByRole("heading", { name: /^Get ready/ }).waitFor();
      await whole.waitFor();
      await page.getByRole("button", { name: "Open the camera" }).click();
      await page.locator("button:enabled[aria-label='Take the photo']").waitFor();
      await whole.waitFor();
      await page.getByRole("button", { name: "Take the photo" }).click();
      await page.getByRole("button", { name: "Use this photo" }).waitFor();
      await whole.waitFor();
      await page.getByRole("button", { name: "Use this photo" }).click();
      await toPhotos(page);
      await whole.waitFor();
      await page.getByRole("button", { name: "Send 1 photo" }).click();
      await whole.waitFor();
      await page.getByRole("heading", { name: /^Sent to/ }).waitFor();
      await whole.waitFor();
    }));

  test("who finishes leaves nothing to see, by reloading or by going back", () =>
    onPhone(async ({ page, context }) => {
      const asked = await system.staff.ask({ photos: 1 });
      await getReady(page, asked);
      await choose(page, [file(madePng(64, 48))]);
      await page.getByRole("button", { name: "Use this photo" }).click();
      await send(page);
      assert.deepEqual(await wrongAtAnySize(page), []);
      await page.getByRole("button", { name: "Finish" }).click();
      await page.getByRole("heading", { name: "You have finished" }).waitFor();
      await page.getByText("Riverside Hospital").first().waitFor();
      assert.deepEqual(await wrongAtAnySize(page), []);
      assert.deepEqual(await context.cookies(), []);
      const familyName = asked.person.familyName;
      for (const look of [() => page.goBack(), () => page.reload(), () => page.goBack()]) {
        await look();
        await page.getByRole("heading", { level: 1 }).waitFor();
        assert.ok(!(await page.content()).includes(familyName));
      }
      const again = await page.request.get(`${system.url}/api/capture`);
      assert.equal(again.status(), 401);
    }));

  test("photos of which none could be used are not called sent", () =>
    onPhone(async ({ page, context }) => {
      const asked = await system.staff.ask({ photos: 1 });
      await getReady(page, asked);
      await choose(page, [file(madePng(64, 48))]);
      await page.getByRole("button", { name: "Use this photo" }).click();
      await context.route("**/api/capture", async (route) => {
        const answer = await route.fetch();
        const shown = (await answer.json()) as { uploads: object[]; submitted: boolean };
        if (!shown.submitted) return route.fulfill({ response: answer });
        const uploads = shown.uploads.map((upload) => ({
          ...upload,
          state: "refused",
          refusal: "damaged",
          refusalWords: "Part of the photo is missing.",
        }));
        return route.fulfill({ response: answer, json: { ...shown, uploads, placesLeft: 1 } });
      });
      await page.getByRole("button", { name: "Send 1 photo" }).click();
      await page.getByRole("heading", { name: "We could not use your photos" }).waitFor();
      assert.equal(await page.getByText(/has your/).count(), 0);
      assert.deepEqual(await wrongAtAnySize(page), []);
      // The way on comes first among the buttons of the page.
      const first = page.locator("main button").first();
      assert.equal(await first.innerText(), "Take it again");
    }));

  test("photos that were chosen and not sent are named as lost after a reload", () =>
    onPhone(async ({ page }) => {
      const asked = await system.staff.ask({ photos: 3 });
      await getReady(page, asked);
      await takePhoto(page, "Open the camera");
      await choose(page, [file(madePng(64, 48))]);
      await page.getByRole("button", { name: "Use this photo" }).click();
      await page.getByText("Photo 2").first().waitFor();
      await page.reload();
      await page.getByText("2 photos were not sent, because the page was closed").waitFor();
      await choose(page, [file(madePng(64, 48))]);
      await page.getByRole("button", { name: "Use this photo" }).click();
      await send(page);
    }));
});
