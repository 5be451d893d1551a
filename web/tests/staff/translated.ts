// A nurse's browser translates the pages while they are used. Two desks do the same about the same
// patient, one of them with a translating browser: both say the same at every step.
import assert from "node:assert/strict";
import test from "node:test";
import type { Page } from "playwright-core";
import { until } from "../support/staff.ts";
import { isTranslated, read, translating } from "../support/translator.ts";
import { ASHA } from "./support/colleague.ts";
import { signIn, sitDown } from "./support/desk.ts";
import { withPictures, type World } from "./world.ts";

/** What a page says; two desks may look a minute apart. */
async function said(page: Page): Promise<string> {
  return (await read(page)).replace(/\d\d:\d\d/g, "12:00");
}

export function translatedPages(world: () => World): void {
  test("translated by the browser, the pages say what they would say", async () => {
    const { url, browser } = world();
    const { patient, items } = await withPictures(world());
    const [plain, translated] = [await sitDown(browser, url), await sitDown(browser, url)];
    await translating(translated.context);
    await signIn(plain, ASHA);
    await signIn(translated, ASHA);
    const step = async (what: string, act: (page: Page) => Promise<unknown>) => {
      for (const { page } of [plain, translated]) await act(page);
      let [one, other] = ["", ""];
      await until(`the same words: ${what}`, async () => {
        [one, other] = [await said(plain.page), await said(translated.page)];
        return one === other ? true : undefined;
      }).catch(() => assert.equal(other, one, what));
      assert.ok(await isTranslated(translated.page), what);
    };

    await step("ask", async (page) => {
      await page.goto(`${url}/staff/patients/${patient}/ask`);
      await page.getByRole("button", { name: "left knee" }).click();
      await page.getByText("Chosen: left knee").waitFor();
    });
    await step("another place", async (page) => {
      await page.getByRole("button", { name: "right hand", exact: true }).click();
      await page.getByText("Chosen: right hand").waitFor();
      assert.equal(await page.getByText("Chosen: left knee").count(), 0);
    });
    await step("with errors, and fewer of them", async (page) => {
      await page.getByRole("button", { name: "Send the text" }).click();
      await page.locator(".nhsuk-error-summary").waitFor();
      await page.getByLabel("Why do you need the photos?").fill("To see how it heals");
      await page.getByRole("button", { name: "Send the text" }).click();
      await page.locator(".nhsuk-error-summary li").nth(1).waitFor({ state: "detached" });
    });
    await step("picture", async (page) => {
      await page.goto(`${url}/staff/patients/${patient}/pictures/${items[0]}`);
      await page.getByText("Unchanged since it was filed").waitFor();
    });
    for (const times of ["once", "twice"]) {
      await step(`picture, zoomed ${times}`, (page) =>
        page.getByRole("button", { name: "Zoom in" }).click(),
      );
    }
    assert.deepEqual([plain.complaints, translated.complaints], [[], []]);
    await plain.context.close();
    await translated.context.close();
  });
}
