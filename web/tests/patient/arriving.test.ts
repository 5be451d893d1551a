// The link as it arrives: with a full stop behind it, rewritten by a mail filter, with a slash too many.
// And a page that gives up says whom to phone, as a link that can be tapped.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, pickUpPhone, type TestBrowser } from "../support/browser.ts";
import { wrongAtAnySize } from "../support/every_size.ts";
import { type RunningSystem, startSystem } from "../support/running_system.ts";

let system: RunningSystem;
let browser: TestBrowser;

before(async () => {
  system = await startSystem();
  browser = await launch();
});
after(async () => {
  await browser.close();
  await system.stop();
});

describe("a link as it arrives", () => {
  test("whatever stands around the code, the page asks who is asking", async () => {
    const { link } = await system.staff.ask();
    const code = new URL(link).hash.slice(1);
    for (const address of [
      `/r#${code}.`,
      `/r#(${code}),`,
      `/r/#${code}`,
      `/r%23${code}`,
      `/r%23${code.toLowerCase()}.`,
      `/r/%23${code}/`,
      `/r%2523${code}`,
      `/r%23${code}&data=05%7C02%7Csam%40example.org`,
    ]) {
      const { page, complaints } = await pickUpPhone(browser.browser, { url: system.url });
      await page.goto(system.url + address);
      await page.getByRole("heading", { name: /has asked/ }).waitFor();
      assert.equal(new URL(page.url()).pathname + new URL(page.url()).hash, "/r", address);
      assert.deepEqual(complaints, [], address);
      await page.close();
    }
  });

  test("a page that gives up has a number to tap", async () => {
    for (const [address, heading] of [
      ["/r", "Open the link in your text message"],
      ["/r#4TM2P", "This link does not work"],
      ["/r%23not-a-code", "This link does not work"],
      ["/nowhere", "Page not found"],
    ] as const) {
      const { page } = await pickUpPhone(browser.browser, { url: system.url });
      await page.goto(system.url + address);
      await page.getByRole("heading", { name: heading }).waitFor();
      const phone = page.locator("main a[href^='tel:']").first();
      await phone.waitFor();
      assert.equal(await phone.getAttribute("href"), "tel:02079460000", address);
      // A page without script changes no text, so nothing of it needs an element of its own.
      if (address !== "/nowhere") assert.deepEqual(await wrongAtAnySize(page), [], address);
      await page.close();
    }
  });

  test("once it is known who asked, it is their number", async () => {
    const { link } = await system.staff.ask();
    const { page } = await pickUpPhone(browser.browser, { url: system.url });
    await page.goto(link);
    await page.getByRole("heading", { name: /has asked/ }).waitFor();
    const asked = page.locator("main a[href='tel:02079460018']");
    assert.equal(await asked.count(), 1);
    await page.getByRole("button", { name: "Not for me" }).click();
    await page.getByRole("button", { name: "Yes, close this link" }).click();
    await page.getByRole("heading", { name: "This link is closed" }).waitFor();
    await page.locator("main a[href='tel:02079460018']").waitFor();
  });
});
