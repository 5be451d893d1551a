// What was typed and not saved: it waits for the same patient while pages change, closing the tab
// asks, nothing of it is on the device, and nobody finds it after a sign-out.
import assert from "node:assert/strict";
import test from "node:test";
import { madeUpPerson } from "../support/person.ts";
import { ASHA } from "./support/colleague.ts";
import { signIn, sitDown } from "./support/desk.ts";
import type { World } from "./world.ts";

const LONG = "The edges are clean and the skin around them is warm. ".repeat(20);

export function drafting(world: () => World): void {
  test("a note, a correction and a request wait for their patient until the sign-out", async () => {
    const { url, browser, script } = world();
    const patient = await script.addPatient(madeUpPerson());
    const other = await script.addPatient(madeUpPerson());
    const desk = await sitDown(browser, url);
    const { page, context } = desk;
    await signIn(desk, ASHA, `/staff/patients/${patient}`);
    await page.getByLabel("Add a note").fill(LONG);
    await page.getByRole("link", { name: "Ask for photos" }).click();
    await page.getByLabel("Why do you need the photos?").fill("To see how your knee heals");
    await page.getByRole("link", { name: "Back to the patient" }).click();
    await page.getByRole("link", { name: "Correct details" }).click();
    await page.getByLabel("Why do you correct this?").fill("Married in October");
    await page.getByRole("link", { name: "Inbox" }).click();
    await page.getByRole("heading", { name: "Inbox" }).waitFor();

    // By the pages' own way: a reload would be a closed tab.
    const open = (path: string) =>
      page.evaluate((to) => {
        history.pushState(null, "", to);
        dispatchEvent(new PopStateEvent("popstate"));
      }, path);
    await open(`/staff/patients/${other}`);
    assert.equal(await page.getByLabel("Add a note").inputValue(), "", "somebody else's page");
    await open(`/staff/patients/${patient}`);
    await page.locator(`a[href="/staff/patients/${patient}/details"]`).first().waitFor();
    assert.equal(await page.getByLabel("Add a note").inputValue(), LONG);
    await page.getByRole("link", { name: "Ask for photos" }).click();
    const why = page.getByLabel("Why do you need the photos?");
    assert.equal(await why.inputValue(), "To see how your knee heals");
    await page.getByRole("link", { name: "Back to the patient" }).click();
    await page.getByRole("link", { name: "Correct details" }).click();
    const reason = page.getByLabel("Why do you correct this?");
    assert.equal(await reason.inputValue(), "Married in October");
    const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
    assert.ok(!kept.includes("clean") && !kept.includes("October"), "nothing is on the device");

    const asked = page.waitForEvent("dialog");
    const leaving = page.reload({ waitUntil: "commit", timeout: 5_000 }).catch(() => undefined);
    const dialog = await asked;
    assert.equal(dialog.type(), "beforeunload");
    await dialog.dismiss();
    await leaving;
    assert.equal(await reason.inputValue(), "Married in October", "who stays has it still");

    let dialogs = 0;
    page.on("dialog", (one) => {
      dialogs += 1;
      void one.accept();
    });
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "You are signed out" }).waitFor();
    assert.equal(dialogs, 0, "signing out says what it does");
    await signIn(desk, ASHA, `/staff/patients/${patient}`);
    await page.getByLabel("Add a note").waitFor();
    assert.equal(await page.getByLabel("Add a note").inputValue(), "");
    assert.deepEqual(desk.complaints, []);
    await context.close();
  });

  test("a note that was saved is no draft: closing the tab does not ask", async () => {
    const { url, browser, script } = world();
    const patient = await script.addPatient(madeUpPerson());
    const desk = await sitDown(browser, url);
    const { page } = desk;
    await signIn(desk, ASHA, `/staff/patients/${patient}`);
    await page.getByLabel("Add a note").fill("Clean edges.");
    await page.getByRole("button", { name: "Save note" }).click();
    await page.getByText("The note was saved.").waitFor();
    let dialogs = 0;
    page.on("dialog", (one) => {
      dialogs += 1;
      void one.accept();
    });
    await page.reload();
    await page.locator(".notes__text", { hasText: "Clean edges." }).waitFor();
    assert.equal(dialogs, 0);
    await desk.context.close();
  });
}
