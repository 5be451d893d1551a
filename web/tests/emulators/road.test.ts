// The road of a photo on emulators of Azure: a browser sends it straight to Azurite, by a signed
// address and across origins, and another browser gets it from there.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Request } from "playwright-core";
import { launch, pickUpPhone, type TestBrowser } from "../support/browser.ts";
import { choose, file, getReady, send, takePhoto } from "../support/patient.ts";
import { madePng } from "../support/pictures.ts";
import { type RunningSystem, startSystem } from "../support/running_system.ts";
import { until } from "../support/staff.ts";
import { ASHA } from "../staff/support/colleague.ts";
import { signIn, sitDown } from "../staff/support/desk.ts";

let system: RunningSystem;
let browser: TestBrowser;

before(async () => {
  system = await startSystem({ on: "emulators" });
  browser = await launch({ storage: system.storage });
});
after(async () => {
  await browser?.close();
  await system?.stop();
});

test("a browser sends photos to Azurite, and another shows them from there", async () => {
  assert.match(system.storage, /^https:\/\/localhost:\d+$/, "Azurite, over TLS");
  const asked = await system.staff.ask({ photos: 2 });
  const { page, context, complaints } = await pickUpPhone(browser.browser, system);
  const sent: Request[] = [];
  page.on("request", (request) => {
    if (request.url().startsWith(system.storage)) sent.push(request);
  });
  await getReady(page, asked);
  await takePhoto(page, "Open the camera");
  await choose(page, [file(madePng())]);
  await page.getByRole("button", { name: "Use this photo" }).click();
  await send(page);
  await page.getByText("Wound Care Team has your 2 photos.").waitFor({ timeout: 60_000 });
  assert.deepEqual(complaints, [], "neither policy nor CORS had to stop anything");
  const puts = sent.filter((request) => request.method() === "PUT");
  assert.ok(puts.length >= 2);
  for (const request of puts) {
    const signed = new URL(request.url()).searchParams;
    assert.equal(signed.get("sp"), "cw", "it may create and write, and nothing else");
    assert.ok(signed.get("skoid"), "signed by an identity's key, not an account's (R50)");
    assert.equal(await request.headerValue("cookie"), null);
    assert.equal(await request.headerValue("authorization"), null);
    assert.equal(await request.headerValue("origin"), system.url);
  }
  await context.close();

  const items = await until("two items", async () => {
    const found = await system.staff.itemsOf(asked.patient);
    return found.length === 2 ? found : undefined;
  });
  const desk = await sitDown(browser.browser, system.url, { storage: system.storage });
  const item = String(items[0]?.["item"]);
  await signIn(desk, ASHA, `/staff/patients/${asked.patient}/pictures/${item}`);
  const picture = desk.page.locator(".stage img");
  await picture.waitFor();
  await desk.page.getByText("Unchanged since it was filed").waitFor();
  const width = await picture.evaluate((img: HTMLImageElement) => img.naturalWidth);
  assert.ok(width > 0, "the picture is one");
  assert.deepEqual(desk.complaints, []);
  await desk.context.close();
});

test("Azurite keeps the deployment's rule: our origin, and what our page sends", async () => {
  const ask = async (origin: string, headers: string) => {
    const context = await browser.browser.newContext({ ignoreHTTPSErrors: true });
    const answer = await context.request.fetch(`${system.storage}/aftersight000/incoming/x`, {
      method: "OPTIONS",
      headers: {
        Origin: origin,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": headers,
      },
    });
    await context.close();
    return answer.headers()["access-control-allow-origin"];
  };
  const sent = "content-type,x-ms-blob-content-type";
  assert.equal(await ask(system.url, sent), system.url);
  assert.equal(await ask("https://pages.example.org", sent), undefined);
  assert.equal(await ask(system.url, `${sent},x-ms-meta-name`), undefined);
});
