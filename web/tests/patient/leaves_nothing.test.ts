// R54: after a whole journey the browser keeps no picture, code, name, number or answer; and the
// system's log never had one.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { launch, pickUpPhone, type TestBrowser } from "../support/browser.ts";
import { choose, file, getReady, send, takePhoto } from "../support/patient.ts";
import { madePng } from "../support/pictures.ts";
import { type RunningSystem, startSystem } from "../support/running_system.ts";

let system: RunningSystem;
let browser: TestBrowser;

describe("a journey leaves nothing behind", () => {
  before(async () => {
    [system, browser] = await Promise.all([startSystem(), launch()]);
  });
  after(async () => {
    await browser.close();
    await system.stop();
  });

  test("on the phone, and in the log", async () => {
    const asked = await system.staff.ask({ photos: 2 });
    const { page, context, complaints } = await pickUpPhone(browser.browser, { url: system.url });
    const cacheable: string[] = [];
    page.on("response", (response) => {
      const keeps = response.headers()["cache-control"] ?? "";
      const { pathname } = new URL(response.url());
      const isApi = pathname.startsWith("/api/") || pathname === "/r";
      if (isApi && !keeps.includes("no-store")) {
        cacheable.push(pathname);
      }
    });
    await getReady(page, asked);
    await takePhoto(page, "Open the camera");
    await choose(page, [file(madePng(64, 48))]);
    await page.getByRole("button", { name: "Use this photo" }).click();
    await page.getByLabel("Anything the team should know?").fill("It began on Monday.");
    await send(page);
    await page.getByText("has your 2 photos").waitFor({ timeout: 60_000 });

    assert.deepEqual(cacheable, []);
    const kept = await page.evaluate(async () => ({
      local: Object.entries(localStorage),
      session: Object.entries(sessionStorage),
      databases: (await indexedDB.databases()).map(({ name }) => name),
      caches: await caches.keys(),
      workers: (await navigator.serviceWorker.getRegistrations()).length,
      readableCookies: document.cookie,
      entry: JSON.stringify(history.state),
      address: location.href,
    }));
    const { entry, address, ...places } = kept;
    assert.deepEqual(places, {
      local: [],
      session: [],
      databases: [],
      caches: [],
      workers: 0,
      readableCookies: "",
    });
    assert.equal(address, `${system.url}/r`);

    const inspector = await context.newCDPSession(page);
    const travelled = await inspector.send("Page.getNavigationHistory");
    const entries = travelled.entries.map(({ url, title }) => `${url} ${title}`);
    const cookies = JSON.stringify(await context.cookies());
    const code = new URL(asked.link).hash.slice(1);
    const { person } = asked;
    const secrets = [
      code,
      code.replace(/-/g, ""),
      person.givenName,
      person.familyName,
      person.dateOfBirth,
      person.nhsNumber,
      person.mobile.replace(/\s/g, "").slice(1),
      "It began on Monday",
    ];
    const log = process.env["AFTERSIGHT_LOG"];
    const texts = [entry, cookies, ...entries, log === undefined ? "" : readFileSync(log, "utf8")];
    for (const secret of secrets) {
      assert.ok(!texts.some((text) => text.includes(secret)), secret);
    }
    assert.deepEqual(complaints, []);
    await context.close();
  });
});
