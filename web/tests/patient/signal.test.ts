// Bad signal: nothing is lost, nothing is sent twice, and the page says what is true.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { BrowserContext, Page } from "playwright-core";
import { launch, type Phone, pickUpPhone, type TestBrowser } from "../support/browser.ts";
import { wrongAtAnySize } from "../support/every_size.ts";
import { choose, confirm, file, getReady } from "../support/patient.ts";
import { madePng } from "../support/pictures.ts";
import { type RunningSystem, startSystem } from "../support/running_system.ts";
import { until } from "../support/staff.ts";

const BLOCK = /comp=block&/;

let system: RunningSystem;
let browser: TestBrowser;

/** A phone at "your photos" with as many as were asked for, each of several blocks. */
async function withPhotos(count: number): Promise<Phone & { patient: string; puts: string[] }> {
  const asked = await system.staff.ask({ photos: count });
  const phone = await pickUpPhone(browser.browser, { url: system.url });
  await getReady(phone.page, asked);
  const files = Array.from({ length: count }, () => file(madePng(700, 500)));
  await choose(phone.page, files);
  if (count === 1) {
    await phone.page.getByRole("button", { name: "Use this photo" }).click();
  }
  await phone.page.getByText(`Photo ${count}`, { exact: true }).waitFor();
  const puts: string[] = [];
  phone.page.on("response", (response) => {
    if (response.status() === 201 && BLOCK.test(response.url())) {
      puts.push(response.url());
    }
  });
  return { ...phone, patient: asked.patient, puts };
}

function block(url: string): string {
  const address = new URL(url);
  return `${address.pathname} ${address.searchParams.get("blockid")}`;
}

async function press(page: Page, name: RegExp): Promise<void> {
  await page.getByRole("button", { name }).click();
}

async function filed(patient: string, count: number): Promise<void> {
  await until(`${count} items`, async () =>
    (await system.staff.itemsOf(patient)).length === count ? true : undefined,
  );
}

/** Every second block is cut before it arrives. */
async function cutEverySecond(context: BrowserContext): Promise<void> {
  let time = 0;
  await context.route(BLOCK, (route) => {
    time += 1;
    return time % 2 === 1 ? route.abort("connectionreset") : route.continue();
  });
}

describe("with bad signal", () => {
  before(async () => {
    [system, browser] = await Promise.all([startSystem(), launch()]);
  });
  after(async () => {
    await browser.close();
    await system.stop();
  });

  test("cut blocks are sent again, and no others", async () => {
    const { page, context, patient, puts, complaints } = await withPhotos(2);
    await cutEverySecond(context);
    // A phone that says it is online again is believed at once: the test need not wait.
    await page.evaluate(() => setInterval(() => dispatchEvent(new Event("online")), 50));
    await press(page, /^Send/);
    await page.getByText("has your 2 photos").waitFor({ timeout: 60_000 });
    await filed(patient, 2);
    assert.equal(new Set(puts.map(block)).size, puts.length);
    assert.ok(puts.length >= 6, String(puts.length));
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test("the bar counts what storage has confirmed, and never shows 100 too early", async () => {
    const { page, context, puts } = await withPhotos(1);
    const blocks: (() => void)[] = [];
    await context.route(BLOCK, async (route) => {
      await new Promise<void>((go) => blocks.push(go));
      await route.continue();
    });
    const list = new Promise<() => void>((resolve) => {
      void context.route(/comp=blocklist/, async (route) => {
        await new Promise<void>((go) => resolve(go));
        await route.continue();
      });
    });
    await press(page, /^Send/);
    const bar = page.getByRole("progressbar");
    const shown: number[] = [];
    let isDone = false;
    void list.then(() => {
      isDone = true;
    });
    while (!isDone) {
      if (blocks.length > puts.length) {
        shown.push(Number(await bar.getAttribute("value")));
        blocks[puts.length]?.();
      }
      await page.waitForTimeout(20);
    }
    assert.deepEqual(shown, [...shown].sort((a, b) => a - b));
    assert.equal(shown[0], 0);
    assert.equal(await bar.getAttribute("value"), "99");
    (await list)();
    await page.getByText("has your photo").waitFor({ timeout: 60_000 });
    await context.close();
  });

  test("gone altogether, the page says so and carries on by itself when it is back", async () => {
    const { page, context, patient } = await withPhotos(1);
    await context.setOffline(true);
    await press(page, /^Send/);
    await page.getByText("Waiting for signal. Keep this page open.").waitFor();
    await context.setOffline(false);
    await page.getByText("has your photo").waitFor({ timeout: 60_000 });
    await filed(patient, 1);
    await context.close();
  });

  test("a reload keeps what arrived and says what was not sent", async () => {
    const { page, context, patient } = await withPhotos(2);
    let second = 0;
    const first = new Set<string>();
    await context.route(BLOCK, (route) => {
      const { pathname } = new URL(route.request().url());
      if (first.size === 0 || first.has(pathname)) {
        first.add(pathname);
        return route.continue();
      }
      // The second photo gets one block through and then no more.
      second += 1;
      return second === 1 ? route.continue() : route.abort();
    });
    await press(page, /^Send/);
    await page.getByText("1 of 2 photos sent").waitFor();
    await page.getByText("Waiting for signal").waitFor();
    await page.reload();
    await page.getByText("1 photo was not sent").waitFor();
    await page.getByText("Sent, and safe with the team").waitFor();
    assert.deepEqual(await wrongAtAnySize(page), []);
    await context.unroute(BLOCK);
    await choose(page, [file(madePng(300, 200))]);
    await press(page, /^Use this photo/);
    await press(page, /^Send/);
    await page.getByText("has your 2 photos").waitFor({ timeout: 60_000 });
    await filed(patient, 2);
    await context.close();
  });

  test("a session that ended on the way goes on with the blocks that are left", async () => {
    const asked = await system.staff.ask({ photos: 1 });
    const { page, context } = await pickUpPhone(browser.browser, { url: system.url });
    await getReady(page, asked);
    await choose(page, [file(madePng(700, 500))]);
    await press(page, /^Use this photo/);
    const puts: string[] = [];
    page.on("response", (response) => {
      if (response.status() === 201 && BLOCK.test(response.url())) puts.push(response.url());
    });
    // After two blocks the signature is refused, and with it the session has ended.
    let time = 0;
    await context.route(BLOCK, async (route) => {
      time += 1;
      if (time === 3) {
        await context.clearCookies();
        return route.fulfill({
          status: 403,
          headers: { "Access-Control-Allow-Origin": system.url },
        });
      }
      return route.continue();
    });
    await press(page, /^Send/);
    await page.getByRole("heading", { name: "Confirm who you are again" }).waitFor();
    assert.equal(puts.length, 2);
    await press(page, /^Confirm again/);
    await confirm(page, asked.person);
    await page.getByRole("heading", { name: "Your photos" }).waitFor();
    await press(page, /^Send/);
    await page.getByText("has your photo").waitFor({ timeout: 60_000 });
    assert.equal(new Set(puts.map(block)).size, puts.length);
    await context.close();
  });

  test("slow, every wait longer than a second says what is waited for", async () => {
    const asked = await system.staff.ask();
    const { page, context } = await pickUpPhone(browser.browser, { url: system.url });
    let isSlow = true;
    await context.route("**/api/**", async (route) => {
      while (isSlow) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      await route.continue();
    });
    await page.goto(asked.link);
    await page.getByText("Opening your link…").waitFor();
    await page.getByText("This takes longer than it should").waitFor({ timeout: 15_000 });
    assert.deepEqual(await wrongAtAnySize(page), []);
    isSlow = false;
    await page.getByRole("heading", { name: /has asked/ }).waitFor();
    await context.close();
  });

  test("the session's end is announced two minutes before and can be put off", async () => {
    const asked = await system.staff.ask();
    const { page, context } = await pickUpPhone(browser.browser, { url: system.url });
    await context.route(`${system.url}/api/capture`, async (route) => {
      const answer = await route.fetch();
      const shown = (await answer.json()) as { secondsLeft: number };
      await route.fulfill({ response: answer, json: { ...shown, secondsLeft: 121 } });
    });
    await getReady(page, asked);
    const notice = page.getByRole("alert").filter({ hasText: "Do you need more time?" });
    await notice.waitFor();
    assert.deepEqual(await wrongAtAnySize(page), []);
    await notice.getByRole("button", { name: "I need more time" }).click();
    await notice.waitFor({ state: "detached" });
    await context.close();
  });
});
