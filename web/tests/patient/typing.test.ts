// Who the patient is, typed as people type it: what can be meant in one way only is taken, and what is
// wrong is named beside the boxes that may be wrong.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { launch, pickUpPhone, type TestBrowser } from "../support/browser.ts";
import { wrongAtAnySize } from "../support/every_size.ts";
import { toIdentity } from "../support/patient.ts";
import { madeUpPerson, type Person } from "../support/person.ts";
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

interface Typed {
  name?: string;
  day: string;
  month: string;
  year: string;
}

async function type(page: Page, person: Person, typed: Typed): Promise<void> {
  await page.getByLabel("The patient's last name").fill(typed.name ?? person.familyName);
  await page.getByLabel("Day").fill(typed.day);
  await page.getByLabel("Month").fill(typed.month);
  await page.getByLabel("Year").fill(typed.year);
  await page.getByRole("button", { name: "Continue" }).click();
}

/** A phone at the question, of somebody who was born on 7 February 1958. */
async function atIdentity(person: Person) {
  const asked = await system.staff.ask({}, person);
  const phone = await pickUpPhone(browser.browser, { url: system.url });
  await toIdentity(phone.page, asked.link);
  return phone;
}

const born = (): Person => ({ ...madeUpPerson(), dateOfBirth: "1958-02-07" });

describe("typing who the patient is", () => {
  test("month names, digits of other scripts and 5th are taken", async () => {
    for (const typed of [
      { day: "7", month: "Feb", year: "1958" },
      { day: "7th", month: "february", year: "1958" },
      { day: "٧", month: "٢", year: "١٩٥٨" },
      { day: " 07 ", month: "02.", year: "\u200e1958\u200f" },
      { day: "7/2/1958", month: "", year: "" },
    ]) {
      const person = born();
      const { page, complaints } = await atIdentity(person);
      await type(page, person, typed);
      await page.getByRole("heading", { name: "Your choice" }).waitFor();
      assert.deepEqual(complaints, []);
      await page.close();
    }
  });

  // What stands behind `#` in the address is read as the code of a link: a field's name must not get there.
  test("a tap on a line of the summary leads to its field, and to no other link", async () => {
    const { page, complaints } = await atIdentity(born());
    await page.getByRole("button", { name: "Continue" }).click();
    const summary = page.locator(".nhsuk-error-summary");
    await summary.getByRole("link", { name: "Enter the patient's last name" }).tap();
    const field = page.getByLabel("The patient's last name");
    await page.waitForFunction(() => document.activeElement?.tagName === "INPUT");
    assert.ok(await field.evaluate((box) => box === document.activeElement));
    assert.equal(new URL(page.url()).hash, "");
    await page.getByRole("heading", { name: "Confirm who the patient is" }).waitFor();
    assert.deepEqual(complaints, []);
    await page.close();
  });

  test("the wrong box is marked and the fault is named", async () => {
    const person = born();
    const { page, complaints } = await atIdentity(person);
    for (const [typed, words, marked] of [
      [{ day: "31", month: "Feb", year: "1958" }, "There is no 31 February", ["born-day", "born-month"]],
      [{ day: "7", month: "2", year: "58" }, "Year must have 4 numbers", ["born-year"]],
      [
        { day: "29", month: "2", year: "1981" },
        "There is no 29 February 1981",
        ["born-day", "born-month", "born-year"],
      ],
      [{ day: "7", month: "Ju", year: "1958" }, "Month must be a number", ["born-month"]],
      [{ day: "7", month: "2", year: "" }, "The date of birth must have a year", ["born-year"]],
      // Only the function knows what day it is.
      [{ day: "7", month: "2", year: "2958" }, "The date of birth is in the future", ["born-year"]],
    ] as const) {
      await type(page, person, typed);
      const said = page.locator("#born-error");
      await said.filter({ hasText: words }).waitFor();
      await page.locator(".nhsuk-error-summary").filter({ hasText: words }).waitFor();
      const boxes = page.locator("input[aria-invalid=true]");
      assert.deepEqual(await boxes.evaluateAll((all) => all.map(({ id }) => id)), marked, words);
    }
    assert.deepEqual(await wrongAtAnySize(page), []);
    await type(page, person, { day: "7", month: "2", year: "1958" });
    await page.getByRole("heading", { name: "Your choice" }).waitFor();
    assert.deepEqual(complaints, []);
  });

  test("the whole name and what a phone pastes are taken", async () => {
    const person = born();
    const { page } = await atIdentity(person);
    const name = `Mrs\u00a0${person.givenName} \u200b${person.familyName.toUpperCase()}, Jr.`;
    await type(page, person, { name, day: "7", month: "2", year: "1958" });
    await page.getByRole("heading", { name: "Your choice" }).waitFor();
  });

  test("a person with one name is one letter on page 1 and is asked for the name", async () => {
    const person = { ...born(), givenName: "" };
    const asked = await system.staff.ask({}, person);
    const { page } = await pickUpPhone(browser.browser, { url: system.url });
    await page.goto(asked.link);
    await page.getByRole("heading", { name: /Q•••/ }).waitFor();
    const shown = await page.locator("body").innerText();
    assert.ok(!shown.includes(person.familyName), shown);
    await toIdentity(page, asked.link);
    await type(page, person, { day: "7", month: "2", year: "1958" });
    await page.getByRole("heading", { name: "Your choice" }).waitFor();
  });
});
