// The whole road of a patient, from the text to "has your photos".
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, pickUpPhone, type TestBrowser } from "../support/browser.ts";
import { choose, file, getReady, send, takePhoto } from "../support/patient.ts";
import { madePng } from "../support/pictures.ts";
import { type RunningSystem, startSystem } from "../support/running_system.ts";
import { until } from "../support/staff.ts";

let system: RunningSystem;
let browser: TestBrowser;

describe("the patient's road", () => {
  before(async () => {
    [system, browser] = await Promise.all([startSystem(), launch()]);
  });
  after(async () => {
    await browser.close();
    await system.stop();
  });

  // R6: on a phone's browser, with nothing to install. R55: pictures go straight to storage.
  test("a photo from the camera and one from the phone reach the record", async () => {
    const asked = await system.staff.ask({ photos: 2, note: "Please show the edge." });
    const { page, context, complaints } = await pickUpPhone(browser.browser, system);
    const sentTo = { front: 0, storage: 0 };
    page.on("request", (request) => {
      const bytes = Number(request.headers()["content-length"] ?? request.postDataBuffer()?.length ?? 0);
      const isBlock = request.url().includes("comp=block&");
      if (request.url().startsWith(system.url)) sentTo.front = Math.max(sentTo.front, bytes);
      else sentTo.storage += isBlock ? 1 : 0;
    });

    await getReady(page, asked);
    assert.equal(await page.getByText("Please show the edge.").count(), 1);
    await takePhoto(page, "Open the camera");
    await choose(page, [file(madePng())]);
    await page.getByRole("button", { name: "Use this photo" }).click();
    await page.getByLabel("Anything the team should know?").fill("It began on Monday.");
    await send(page);
    await page.getByText("Wound Care Team has your 2 photos.").waitFor({ timeout: 60_000 });

    const items = await until("two items", async () => {
      const found = await system.staff.itemsOf(asked.patient);
      return found.length === 2 ? found : undefined;
    });
    assert.equal(items.length, 2);
    assert.ok(sentTo.storage >= 2, "each picture went to storage");
    assert.ok(sentTo.front < 2000, `${sentTo.front} bytes went to the functions at once`);
    assert.deepEqual(complaints, []);
    await context.close();
  });

  // R2.
  test("both notices stand beside the choice, and the choice says which they were", async () => {
    const asked = await system.staff.ask({ photos: 1 });
    const { page, context, complaints } = await pickUpPhone(browser.browser, system);
    const shown: string[] = [];
    const sent: string[] = [];
    page.on("response", async (answer) => {
      if (answer.url().endsWith("/api/capture/consent") && answer.request().method() === "GET") {
        const { notices } = (await answer.json()) as { notices: { hash: string }[] };
        shown.push(...notices.map((notice) => notice.hash));
      }
    });
    page.on("request", (request) => {
      if (request.url().endsWith("/api/capture/consent") && request.method() === "PUT") {
        sent.push(...(JSON.parse(request.postData() ?? "") as { notices: string[] }).notices);
      }
    });
    await getReady(page, asked);
    assert.equal(shown.length, 2);
    assert.deepEqual(sent, shown);
    const beside = page.getByRole("link", { name: "How Riverside Hospital looks after your data" });
    assert.equal(await beside.getAttribute("href"), "/privacy/riverside");
    assert.deepEqual(complaints, []);
    await context.close();
  });
});
