// The browser translates the page while it is used. Two phones take the same way, one of them with a
// translating browser: both say the same at every step, and no number stands still.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { launch, type Phone, pickUpPhone, type TestBrowser } from "../support/browser.ts";
import {
  agree,
  choose,
  confirm,
  file,
  openLink,
  send,
  takePhoto,
} from "../support/patient.ts";
import { madePng } from "../support/pictures.ts";
import { type RunningSystem, startSystem } from "../support/running_system.ts";
import { type Asked, until } from "../support/staff.ts";
import { isTranslated, read, translating } from "../support/translator.ts";

let system: RunningSystem;
let browser: TestBrowser;

interface Way {
  phone: Phone;
  asked: Asked;
}

/** What a page says, without whose it is. */
async function said({ phone: { page }, asked: { person } }: Way): Promise<string> {
  return (await read(page))
    .split(person.givenName)
    .join("Ada")
    .split(person.familyName)
    .join("Byron")
    .replace(/\p{L}•••/gu, "A•••");
}

class Pair {
  readonly plain: Way;
  readonly translated: Way;

  constructor(plain: Way, translated: Way) {
    this.plain = plain;
    this.translated = translated;
  }

  async step(what: string, act: (page: Page, asked: Asked) => Promise<unknown>): Promise<void> {
    for (const { phone, asked } of [this.plain, this.translated]) await act(phone.page, asked);
    let [plain, translated] = ["", ""];
    await until(`the same words: ${what}`, async () => {
      [plain, translated] = [await said(this.plain), await said(this.translated)];
      return plain === translated ? true : undefined;
    }).catch(() => assert.equal(translated, plain, what));
    assert.ok(await isTranslated(this.translated.phone.page), what);
  }

  async end(): Promise<void> {
    for (const { phone } of [this.plain, this.translated]) {
      assert.deepEqual(phone.complaints, []);
      await phone.context.close();
    }
  }
}

async function pair(photos: number): Promise<Pair> {
  const ways: Way[] = [];
  for (const isTranslating of [false, true]) {
    const asked = await system.staff.ask({ photos });
    const phone = await pickUpPhone(browser.browser, { url: system.url });
    if (isTranslating) await translating(phone.context);
    ways.push({ phone, asked });
  }
  const [plain, translated] = ways;
  assert.ok(plain && translated);
  return new Pair(plain, translated);
}

describe("a page that the browser translates", () => {
  before(async () => {
    [system, browser] = await Promise.all([startSystem(), launch()]);
  });
  after(async () => {
    await browser.close();
    await system.stop();
  });

  test("says the same as one that it leaves alone, from the text to what was taken back", async () => {
    const both = await pair(3);
    await both.step("who is asking", (page, { link }) => openLink(page, link));
    await both.step("identity", (page) => page.getByRole("button", { name: /^I am/ }).click());
    for (const left of ["4 tries left", "3 tries left"]) {
      await both.step(left, async (page, { person }) => {
        await confirm(page, { ...person, familyName: "Somebody" });
        await page.getByText(left).waitFor();
      });
    }
    await both.step("choice", async (page, { person }) => {
      await confirm(page, person);
      await page.getByText("Do you agree?").waitFor();
    });
    await both.step("get ready", (page) => agree(page));
    const pictures = [1, 2].map((seed) => file(madePng(64, 48, seed)));
    await both.step("two photos", (page) => choose(page, pictures));
    await both.step("one was removed", async (page) => {
      await page.getByRole("button", { name: "Send 2 photos" }).waitFor();
      await page.getByRole("button", { name: "Remove photo 1" }).click();
      await page.getByRole("button", { name: "Send 1 photo" }).waitFor();
      assert.equal(await page.getByText("Send 2 photos").count(), 0);
    });
    await both.step("one was taken", (page) => takePhoto(page, "Take another photo"));
    await both.step("sent", async (page) => {
      await send(page);
      await page.getByText("has your 2 photos").waitFor({ timeout: 60_000 });
      assert.equal(await page.getByText("being checked").count(), 0);
    });
    await both.step("about to take back", (page) =>
      page.getByRole("button", { name: "Change your mind" }).click(),
    );
    await both.step("taken back", (page) =>
      page.getByRole("button", { name: "Take back my yes" }).click(),
    );
    await both.end();
  });

  test("says the same while no signal comes, and after it came back", async () => {
    const both = await pair(2);
    const pictures = [3, 4].map((seed) => file(madePng(64, 48, seed)));
    await both.step("two photos", async (page, { link, person }) => {
      await openLink(page, link);
      await page.getByRole("button", { name: /^I am/ }).click();
      await confirm(page, person);
      await agree(page);
      await choose(page, pictures);
    });
    await both.step("no signal", async (page) => {
      await page.route(/comp=block&/, (route) => route.abort());
      await page.getByRole("button", { name: /^Send/ }).click();
      await page.getByText("Waiting for signal").first().waitFor();
    });
    await both.step("sent after all", async (page) => {
      await page.unroute(/comp=block&/);
      await page.evaluate(() => dispatchEvent(new Event("online")));
      await page.getByText("has your 2 photos").waitFor({ timeout: 60_000 });
      assert.equal(await page.getByText("Waiting for signal").count(), 0);
    });
    await both.end();
  });
});
