// A page that nobody is at: it locks, shows nothing of a patient, loses nothing that was typed, and
// opens again for its own person alone. Signing out takes the refresh token back.
import assert from "node:assert/strict";
import test from "node:test";
import type { Page } from "playwright-core";
import { wrongAtAnySize } from "../support/every_size.ts";
import { madeUpPerson } from "../support/person.ts";
import { ASHA, BEN } from "./support/colleague.ts";
import { type Desk, signIn, sitDown } from "./support/desk.ts";
import type { World } from "./world.ts";

/** So many minutes in place of the operator's; a test does not wait for fifteen. */
const MINUTES = 0.1;
const LOCKED = { name: "This page is locked" };

async function lockSoon(page: Page): Promise<void> {
  await page.route("**/settings.json", async (route) => {
    const answer = await route.fetch();
    const told = (await answer.json()) as { staffLockMinutes: number };
    assert.equal(told.staffLockMinutes, 15, "the operator's own time is told");
    await route.fulfill({ response: answer, json: { ...told, staffLockMinutes: MINUTES } });
  });
}

/** Signs in beside the locked page, as `who`. */
async function comeBackAs(desk: Desk, who: { name: string }): Promise<void> {
  const opening = desk.context.waitForEvent("page");
  await desk.page.getByRole("button", { name: "Sign in and go on" }).click();
  const window = await opening;
  // Although the issuer still knows who sat there: it asks.
  await window.getByRole("button", { name: who.name }).click();
}

export function locking(world: () => World): void {
  test("a page without a hand locks, shows no patient, and keeps what was typed", async () => {
    const { url, browser, script } = world();
    const person = madeUpPerson();
    const patient = await script.addPatient(person);
    const desk = await sitDown(browser, url);
    const { page, context } = desk;
    await lockSoon(page);
    await signIn(desk, ASHA, `/staff/patients/${patient}`);
    await page.getByLabel("Add a note").fill("Typed before the break.");

    await page.getByRole("heading", LOCKED).waitFor();
    assert.equal(await page.getByLabel("Add a note").isVisible(), false);
    assert.equal(await page.getByText(person.familyName).first().isVisible(), false);
    const shown = await page.locator("body").innerText();
    assert.ok(!shown.includes(person.familyName) && !shown.includes(person.givenName), shown);
    assert.match(await page.title(), /^This page is locked/);
    assert.deepEqual(await wrongAtAnySize(page), []);
    const calls: string[] = [];
    page.on("request", (request) => calls.push(request.headers()["authorization"] ?? ""));
    await page.keyboard.press("Enter");
    assert.ok(!calls.some((header) => header.startsWith("Bearer")), "nothing can be called");

    await page.unroute("**/settings.json");
    await comeBackAs(desk, ASHA);
    await page.getByRole("button", { name: "Save note" }).click();
    await page.getByText("The note was saved.").waitFor();
    assert.deepEqual(desk.complaints, []);
    await context.close();
  });

  test("a locked page stays closed for somebody else, and a reload does not open it", async () => {
    const { url, browser, script } = world();
    const person = madeUpPerson();
    const patient = await script.addPatient(person);
    const desk = await sitDown(browser, url);
    const { page, context } = desk;
    await lockSoon(page);
    await signIn(desk, ASHA, `/staff/patients/${patient}`);
    await page.getByRole("heading", LOCKED).waitFor();
    await comeBackAs(desk, BEN);
    await page.getByText("Somebody else signed in.").waitFor();
    assert.equal(await page.getByText(person.familyName).first().isVisible(), false);

    const asked: string[] = [];
    page.on("request", (request) => {
      if (request.url().includes("/authorize?")) asked.push(request.url());
    });
    await page.reload();
    await page.getByRole("heading", LOCKED).waitFor();
    assert.deepEqual(asked, [], "nobody is asked quietly");
    await page.getByRole("button", { name: "Sign in and go on" }).click();
    await page.getByRole("button", { name: ASHA.name }).waitFor();
    assert.match(asked[0] ?? "", /prompt=login/);
    await context.close();
  });

  test("signing out takes the refresh token back at an issuer that can be told", async () => {
    const { url, browser } = world();
    const desk = await sitDown(browser, url);
    const { page, context } = desk;
    const granted = page.waitForResponse((response) => response.url().endsWith("/token"));
    await signIn(desk, ASHA);
    await page.getByRole("heading", { name: "Inbox" }).waitFor();
    const tokens = (await (await granted).json()) as { refresh_token: string };
    const revoked = page.waitForRequest((request) => request.url().endsWith("/revoke"));
    await page.getByRole("button", { name: "Sign out" }).click();
    const said = new URLSearchParams((await revoked).postData() ?? "");
    assert.equal(said.get("token"), tokens.refresh_token);
    await page.getByRole("heading", { name: "You are signed out" }).waitFor();
    assert.deepEqual(desk.complaints, [], "the policy lets the page tell the issuer");
    await context.close();
  });
}
