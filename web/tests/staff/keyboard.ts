// The staff's whole road by keyboard alone: sign in, add, find, ask on the figure, work through the
// inbox, look, zoom, compare, note, correct, cancel, sign out.
import assert from "node:assert/strict";
import test from "node:test";
import { Keyboard } from "../support/keyboard.ts";
import { madeUpPerson } from "../support/person.ts";
import { until } from "../support/staff.ts";
import { ASHA } from "./support/colleague.ts";
import { sitDown } from "./support/desk.ts";
import { drawnPhoto } from "./support/drawn_photo.ts";
import { sendPhotos } from "./support/patient_sends.ts";
import type { World } from "./world.ts";

async function signIn(keys: Keyboard): Promise<void> {
  await keys.button("Sign in");
  await keys.button(new RegExp(ASHA.name));
}

export function byKeyboard(world: () => World): void {
  test("by keyboard alone: from signing in to signing out", async () => {
    const { url, browser, script, easel } = world();
    const desk = await sitDown(browser, url, { reducedMotion: "reduce" });
    const { page } = desk;
    const keys = new Keyboard(page);
    const person = { ...madeUpPerson(), dateOfBirth: "1980-02-29" };

    await page.goto(`${url}/staff`);
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    await signIn(keys);
    await page.getByRole("heading", { name: "Inbox" }).waitFor();
    await keys.link("Add a patient");
    await keys.arrives("Add a patient");
    await keys.type("Given names", person.givenName);
    await keys.type("Family name", person.familyName);
    await keys.type("Day", "29");
    await keys.type("Month", "2");
    await keys.type("Year", "1980");
    await keys.to(page.getByLabel("NHS number"));
    await page.keyboard.type(person.nhsNumber);
    await keys.to(page.getByLabel("Mobile number"));
    await page.keyboard.type(person.mobile);
    await page.keyboard.press("Enter");
    await page.getByText("The patient was added.").waitFor();
    const patient = new URL(page.url()).pathname.split("/")[3] ?? "";

    await keys.link("Ask for photos");
    await keys.to(page.getByLabel("Why do you need the photos?"));
    await page.keyboard.type("To see how your knee heals");
    await keys.press(page.getByRole("button", { name: "Back", exact: true }), "Space");
    await keys.press(page.getByRole("button", { name: "left heel" }), "Space");
    await page.getByText("Chosen: left heel").waitFor();
    await page.keyboard.press("Shift+Tab");
    await keys.press(page.getByRole("button", { name: "Front", exact: true }), "Space");
    await keys.press(page.getByRole("button", { name: "left knee" }));
    await page.getByText("Chosen: left knee").waitFor();
    await keys.to(page.getByLabel("Left", { exact: true }));
    await page.keyboard.press("ArrowDown");
    await page.getByText("Chosen: right knee").waitFor();
    await page.keyboard.press("ArrowUp");
    await keys.to(page.getByLabel("How many photos?"));
    await page.keyboard.press("2");
    assert.equal(await page.getByLabel("How many photos?").inputValue(), "2");
    await keys.to(page.getByLabel("Last three digits"));
    await page.keyboard.type(person.mobile.slice(-3));
    await keys.button("Send the text");
    await page.getByText("The text is on its way").waitFor();
    const link = await until("the text", async () => (await script.links(person))[0]);
    const photos = [await drawnPhoto(easel, 0), await drawnPhoto(easel, 0.7)];
    await sendPhotos({ script, patient, person }, link, photos);

    await keys.link("Inbox");
    const mine = page.locator(".inbox__row", { hasText: person.givenName });
    await mine.first().waitFor();
    const row = () => page.evaluate(() => document.activeElement?.closest("li")?.textContent ?? "");
    for (let line = 0; line < 60 && !(await row()).includes(person.givenName); line += 1) {
      await page.keyboard.press("j");
    }
    await page.keyboard.press("Enter");
    await page.locator(".stage img").waitFor();
    await page.locator(".tools").waitFor();
    await look(keys);

    await keys.press(page.locator(".compare-with a").first());
    await page.locator(".stage img").nth(1).waitFor();
    await compare(keys);
    await keys.link("Back to the picture");
    await keys.to(page.getByLabel("Add a note"));
    await page.keyboard.type("Clean edges.");
    await keys.button("Save note");
    await page.getByText("The note was saved.").waitFor();

    await keys.link("Back to the patient");
    await keys.link("By date");
    await keys.link("Correct details");
    await keys.type("Family name", "Quillfeather-Other");
    await keys.to(page.getByLabel("Why do you correct this?"));
    await page.keyboard.type("Married");
    await keys.button("Save the correction");
    await page.getByText("The correction was saved.").waitFor();

    await script.ask(patient, { ...person, familyName: "Quillfeather-Other" });
    await keys.link("Find a patient");
    await keys.to(page.getByLabel("NHS number, family name or date of birth"));
    await page.keyboard.type(person.nhsNumber);
    await page.keyboard.press("Enter");
    await keys.link(new RegExp(person.givenName));
    await keys.button("Cancel this request");
    await page.getByText("Cancel this request?").waitFor();
    await keys.button(/^Yes, cancel/);
    await page.getByText("Cancel this request?").waitFor({ state: "detached" });

    await keys.button("Sign out");
    await page.getByRole("heading", { name: "You are signed out" }).waitFor();
    assert.deepEqual(desk.complaints, []);
    await desk.context.close();
  });
}

/** Zooms and moves by single keys and by the buttons, both ways. */
async function look(keys: Keyboard): Promise<void> {
  const { page } = keys;
  const transform = () =>
    page.locator(".stage__picture").evaluate((picture) => (picture as HTMLElement).style.transform);
  await page.keyboard.press("+");
  assert.match(await transform(), /scale\(1\.5\)/);
  await page.keyboard.press("0");
  assert.match(await transform(), /scale\(1\)/);
  await keys.button("Zoom in");
  await keys.button("Zoom in");
  const before = await transform();
  await keys.button("Move left");
  assert.notEqual(await transform(), before);
  await keys.button("Zoom out");
  await keys.button("Whole picture");
  assert.match(await transform(), /scale\(1\)/);
}

async function compare(keys: Keyboard): Promise<void> {
  const { page } = keys;
  const transforms = () =>
    page
      .locator(".stage__picture")
      .evaluateAll((all) => all.map((picture) => (picture as HTMLElement).style.transform));
  await keys.button("Zoom in");
  assert.equal(new Set(await transforms()).size, 1, "both move together");
  await keys.press(page.getByLabel("Zoom and move both together"), "Space");
  await keys.press(page.getByRole("group", { name: "Zoom and move: Newer" }).getByLabel("Zoom in"));
  assert.equal(new Set(await transforms()).size, 2, "each moves by itself");
  await keys.link("One over the other");
  await page.locator(".stage__picture--over").waitFor();
  await keys.press(page.getByRole("slider"), "Home");
  const over = page.locator(".stage__picture--over");
  assert.equal(await over.evaluate((picture) => (picture as HTMLElement).style.opacity), "0");
}
