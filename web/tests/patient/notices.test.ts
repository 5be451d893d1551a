// The notices as a person with a phone reads them: one tap from every page, whole, with whom to ask,
// where to complain and how to have everything deleted; and no cookie on the way but those of a visit.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { launch, pickUpPhone, type TestBrowser } from "../support/browser.ts";
import { nameless, wrongAtAnySize } from "../support/every_size.ts";
import { choose, file, getReady, openLink, send } from "../support/patient.ts";
import { madePng } from "../support/pictures.ts";
import { type RunningSystem, startSystem } from "../support/running_system.ts";

let system: RunningSystem;
let browser: TestBrowser;

/** Follows the link that stands on `page`, in the window that it opens. */
async function follow(page: Page, link: string): Promise<Page> {
  const [opened] = await Promise.all([
    page.context().waitForEvent("page"),
    page.locator(`a[href='${link}']`).first().click(),
  ]);
  await opened.getByRole("heading", { level: 1 }).waitFor();
  return opened;
}

describe("the notices", () => {
  before(async () => {
    [system, browser] = await Promise.all([startSystem(), launch()]);
  });
  after(async () => {
    await browser.close();
    await system.stop();
  });

  // R1, R3, R14, R97, R151, R157, R158.
  test("the platform's own is one tap away, whole, and says whom to ask and where to complain", async () => {
    const asked = await system.staff.ask();
    const { page, context, complaints } = await pickUpPhone(browser.browser, { url: system.url });
    await openLink(page, asked.link);
    const footer = await page.locator("footer").innerText();
    assert.match(footer, /This service is run by .+, 1 Example Street/);
    const notice = await follow(page, "/privacy");
    const parts = await notice.locator("main").evaluate((main) =>
      (main as HTMLElement).innerText.split(/\n(?=Who|Changes|The data|How|If your data|Your legal|This version|Hospitals)/),
    );
    assert.ok(parts.length >= 13, `${parts.length} parts`);
    const text = await notice.locator("main").innerText();
    assert.equal((text.match(/Wycliffe House, Water Lane, Wilmslow, Cheshire, SK9 5AF/g) ?? []).length, 2);
    assert.match(text, /0303 123 1113/);
    assert.match(text, /safeguards/);
    const officer = notice.getByRole("link", { name: "dpo@operator.example.org" });
    assert.equal(await officer.first().getAttribute("href"), "mailto:dpo@operator.example.org");
    assert.deepEqual(await wrongAtAnySize(notice), []);
    assert.deepEqual(complaints, []);
    await context.close();
  });

  // R2, R68: the way to be deleted, from the page on which somebody thinks of it.
  test("the organisation's own says by phone and in writing how to have everything deleted", async () => {
    const asked = await system.staff.ask({ photos: 1 });
    const { page, context, complaints } = await pickUpPhone(browser.browser, { url: system.url });
    await getReady(page, asked);
    await choose(page, [file(madePng(64, 48))]);
    await page.getByRole("button", { name: "Use this photo" }).click();
    await send(page);
    await page.getByText("To ask us to delete photos").waitFor();
    const notice = await follow(page, "/privacy/riverside");
    const contact = notice.getByRole("heading", { name: /or have your data deleted/ });
    await contact.waitFor();
    const text = await notice.locator("main").innerText();
    assert.match(text, /Phone 020 7946 0018/);
    assert.equal(await notice.locator("a[href='mailto:dpo@riverside.example.net']").count(), 1);
    assert.deepEqual(await wrongAtAnySize(notice), []);
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test("a page that is not there says so, and leads on", async () => {
    const { page, context } = await pickUpPhone(browser.browser, { url: system.url });
    for (const path of ["/nothing", "/privacy/nobody"]) {
      await page.goto(system.url + path);
      assert.deepEqual(await wrongAtAnySize(page), [], path);
      assert.ok((await page.locator("a[href='/privacy']").count()) > 0, path);
    }
    await context.close();
  });

  // R121: read, opened and refused without a cookie; the two of a visit are set by its calls, are
  // not to be read by scripts, and are gone when it ends.
  test("no cookie is set before the link is opened, and none but those of the visit after", async () => {
    const asked = await system.staff.ask();
    const { page, context } = await pickUpPhone(browser.browser, { url: system.url });
    const names = async () => (await context.cookies()).map(({ name }) => name).sort();
    for (const path of ["/r", "/privacy", "/privacy/riverside"]) {
      await page.goto(system.url + path);
      await page.getByRole("heading").first().waitFor();
    }
    assert.deepEqual(await names(), []);
    await openLink(page, asked.link);
    assert.deepEqual(await names(), ["opener"]);
    await getReady(page, asked);
    const cookies = await context.cookies();
    assert.deepEqual(cookies.map(({ name }) => name).sort(), ["capture", "opener"]);
    for (const { httpOnly, sameSite, expires } of cookies) {
      assert.deepEqual([httpOnly, sameSite], [true, "Strict"]);
      assert.ok(expires - Date.now() / 1000 <= 31 * 60, "half an hour");
    }
    await page.getByRole("button", { name: "Change your mind" }).click();
    await page.getByRole("button", { name: "Take back my yes" }).click();
    await page.getByRole("heading", { name: "You have taken back your yes" }).waitFor();
    assert.ok(!(await names()).includes("capture"), "the session's cookie is gone");
    await context.close();
  });

  test("a control without a name is seen", async () => {
    const { page, context } = await pickUpPhone(browser.browser, { url: system.url });
    await page.setContent("<button><svg aria-hidden=true></svg></button><input><a href=#>x</a>");
    assert.equal((await nameless(page)).length, 2);
    await context.close();
  });
});
