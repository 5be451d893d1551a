// What the service refuses, and what the pages say then: beside the field, on top, in words, with
// what was and was not saved. And who sees nothing at all.
import assert from "node:assert/strict";
import test from "node:test";
import { madeUpPerson } from "../support/person.ts";
import { ASHA, BEN, CORA, DEV } from "./support/colleague.ts";
import { signIn, sitDown } from "./support/desk.ts";
import { Visit } from "./support/patient_sends.ts";
import { withPictures, type World } from "./world.ts";

export function refusals(world: () => World): void {
  test("wrong fields are named on top and beside, and a link on top leads to the field", async () => {
    const desk = await sitDown(world().browser, world().url);
    const { page } = desk;
    await signIn(desk, ASHA, "/staff/add");
    // One name alone would do; one with a sign that is in no name does not.
    await page.getByLabel("Given names").fill("Ada<");
    await page.getByLabel("Mobile number").fill("020 7946 0018");
    await page.getByRole("button", { name: "Add patient" }).click();
    const summary = page.locator(".nhsuk-error-summary");
    await summary.waitFor();
    assert.match(await page.title(), /^Error: Add a patient/);
    assert.ok(await summary.evaluate((box) => box === document.activeElement), "it has the focus");
    assert.equal(await summary.getByRole("link").count(), 3, "name, birth and mobile");
    await summary.getByRole("link", { name: /mobile/ }).click();
    const mobile = page.getByLabel("Mobile number");
    assert.ok(await mobile.evaluate((field) => field === document.activeElement));
    assert.equal(await mobile.getAttribute("aria-invalid"), "true");
    const described = (await mobile.getAttribute("aria-describedby")) ?? "";
    assert.match(described, /mobile-error/);
    assert.equal(await page.getByLabel("Given names").inputValue(), "Ada<", "nothing typed is lost");
    assert.equal(new URL(page.url()).hash, "");
    assert.deepEqual(desk.complaints, []);
    await desk.context.close();
  });

  test("a known NHS number shows who has it and leaves the form as it was", async () => {
    const { url, browser, script } = world();
    const known = madeUpPerson();
    await script.addPatient(known);
    const desk = await sitDown(browser, url);
    const { page } = desk;
    await signIn(desk, ASHA, "/staff/add");
    await page.getByLabel("Given names").fill("Somebody");
    await page.getByLabel("Family name").fill("Else");
    await page.getByLabel("Day").fill("1");
    await page.getByLabel("Month").fill("2");
    await page.getByLabel("Year").fill("1970");
    await page.getByLabel("NHS number").fill(known.nhsNumber);
    await page.getByLabel("Mobile number").fill("07700 900321");
    await page.getByRole("button", { name: "Add patient" }).click();
    const card = page.locator("section.card");
    await card.waitFor();
    assert.match((await card.textContent()) ?? "", new RegExp(known.familyName.toUpperCase()));
    assert.equal(await page.getByLabel("Given names").inputValue(), "Somebody");
    await desk.context.close();
  });

  test("two corrections at once: the later one compares, then decides", async () => {
    const { url, browser, script } = world();
    const person = madeUpPerson();
    const patient = await script.addPatient(person);
    const desk = await sitDown(browser, url);
    const { page } = desk;
    await signIn(desk, ASHA, `/staff/patients/${patient}/details`);
    await page.getByLabel("Family name").fill("Mine");
    await page.getByLabel("Why do you correct this?").fill("Typing error");
    const theirs = { ...person, givenName: "Theirs", version: 1, reason: "Typing error" };
    await script.call(BEN, "PUT", `/api/patients/${patient}`, theirs);
    await page.getByRole("button", { name: "Save the correction" }).click();
    await page.getByText("Somebody changed these details while you typed").waitFor();
    const table = (await page.locator(".conflict").textContent()) ?? "";
    assert.match(table, /Given names\s*Theirs/);
    assert.match(table, /Mine/);
    await page.getByRole("button", { name: "Go on with mine" }).click();
    await page.getByLabel("Given names").fill("Theirs");
    await page.getByRole("button", { name: "Save the correction" }).click();
    await page.locator(".banner__name", { hasText: "MINE, Theirs" }).waitFor();
    await desk.context.close();
  });

  test("a declined number is a task, stops texts, and goes on once it is confirmed", async () => {
    const { url, browser, script } = world();
    const person = madeUpPerson();
    const patient = await script.addPatient(person);
    const link = await script.ask(patient, person);
    const visit = new Visit(url);
    await visit.call("POST", "/api/links/open", { code: link.split("#")[1] });
    await visit.call("POST", "/api/links/decline", { code: link.split("#")[1] });
    const desk = await sitDown(browser, url);
    const { page } = desk;
    await signIn(desk, ASHA);
    const task = page.locator(".inbox__row", { hasText: person.givenName });
    await task.waitFor();
    assert.match((await task.textContent()) ?? "", /This is not for me/);
    await task.getByRole("link").click();
    await page.getByText("Do not text: somebody with this mobile number").waitFor();
    await page.getByRole("link", { name: "Ask for photos" }).click();
    await page.getByText("Texts to this patient are stopped").waitFor();
    assert.equal(await page.getByRole("button", { name: "Send the text" }).count(), 0);
    await page.getByRole("link", { name: "Check and confirm the number" }).click();
    await page.getByLabel("I checked this mobile number with the patient").check();
    await page.getByLabel("Why do you correct this?").fill("Checked with the patient");
    await page.getByRole("button", { name: "Save the correction" }).click();
    await page.getByText("The correction was saved.").waitFor();
    assert.equal(await page.getByText("Do not text").count(), 0);
    await page.getByRole("link", { name: "Inbox" }).click();
    await task.waitFor();
    await task.getByRole("button", { name: /^Done/ }).click();
    await task.getByRole("button", { name: "Number corrected" }).click();
    await task.waitFor({ state: "detached" });
    assert.deepEqual(desk.complaints, []);
    await desk.context.close();
  });

  test("another team sees who it is and nothing that was sent", async () => {
    const { url, browser } = world();
    const { patient, items } = await withPictures(world());
    const desk = await sitDown(browser, url);
    const { page } = desk;
    await signIn(desk, BEN, `/staff/patients/${patient}`);
    await page.getByText("No pictures yet.").waitFor();
    await page.getByText("Nobody of your team has asked for photos yet.").waitFor();
    await page.goto(`${url}/staff/patients/${patient}/pictures/${items[0]}`);
    await page
      .getByRole("heading", { name: "This picture is not here, or not yours to see" })
      .waitFor();
    assert.equal(await page.locator(".stage img").count(), 0);
    await desk.context.close();
  });

  // R98: many hospitals, and none sees another's.
  test("another organisation sees nobody", async () => {
    const { url, browser, script } = world();
    const person = madeUpPerson();
    const patient = await script.addPatient(person);
    const desk = await sitDown(browser, url);
    const { page } = desk;
    await signIn(desk, DEV, `/staff/patients/${patient}`);
    await page.getByText("There is no such patient, or it is not yours to see.").waitFor();
    await page.getByRole("link", { name: "Find a patient" }).click();
    await page.getByLabel("NHS number, family name or date of birth").fill(person.nhsNumber);
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByText("Nobody found.").waitFor();
    assert.ok(!page.url().includes(person.nhsNumber));
    await desk.context.close();
  });

  test("counts stand for each team, and a search finds by name, number and birthday", async () => {
    const { url, browser, script } = world();
    const person = madeUpPerson();
    await script.addPatient(person);
    const desk = await sitDown(browser, url);
    const { page } = desk;
    await signIn(desk, CORA);
    await page
      .getByText(/Wound Care Team: \d+/)
      .first()
      .waitFor();
    await page
      .getByText(/Plastic Surgery Team: \d+/)
      .first()
      .waitFor();
    await page.getByRole("link", { name: "Find a patient" }).click();
    const [year, month, day] = person.dateOfBirth.split("-");
    for (const typed of [person.familyName, person.nhsNumber, `${day} ${month} ${year}`]) {
      await page.getByLabel("NHS number, family name or date of birth").fill(typed);
      await page.getByRole("button", { name: "Search" }).click();
      await page.getByRole("link", { name: new RegExp(person.givenName) }).waitFor();
    }
    await page.getByLabel("NHS number, family name or date of birth").fill("");
    await page.getByRole("button", { name: "Search" }).click();
    await page.locator(".nhsuk-error-summary").waitFor();
    await desk.context.close();
  });

  test("who searched too often reads how long to wait, and what was typed stays", async () => {
    const { url, browser } = world();
    const desk = await sitDown(browser, url);
    const { page } = desk;
    await signIn(desk, ASHA, "/staff/find");
    const detail = "Nothing was looked up this time. Wait 40 seconds, then search again.";
    await page.route("**/api/patients/find", (route) =>
      route.fulfill({
        status: 429,
        contentType: "application/problem+json",
        body: JSON.stringify({ type: "/problems/too-many-searches", title: "", status: 429, detail }),
      }),
    );
    const search = page.getByLabel("NHS number, family name or date of birth");
    await search.fill("Bell");
    await page.getByRole("button", { name: "Search" }).click();
    await page.locator(".nhsuk-error-summary").getByText(detail).waitFor();
    assert.equal(await search.inputValue(), "Bell");
    await desk.context.close();
  });

  test("a lost answer is said to be one, and the same wish is not sent twice", async () => {
    const { url, browser, script } = world();
    const person = madeUpPerson();
    const patient = await script.addPatient(person);
    const desk = await sitDown(browser, url);
    const { page } = desk;
    await signIn(desk, ASHA, `/staff/patients/${patient}/ask`);
    await page.getByLabel("Why do you need the photos?").fill("To see how it heals");
    await page.getByLabel("Part of the body", { exact: true }).selectOption("forearm");
    await page.getByText("Now choose the side.").waitFor();
    await page.getByLabel("Right", { exact: true }).check();
    await page.getByLabel("Last three digits").fill(person.mobile.slice(-3));
    // The wish arrives, its answer does not.
    await page.route("**/requests", async (route) => {
      await route.fetch();
      await route.abort();
    });
    await page.getByRole("button", { name: "Send the text" }).click();
    await page.getByText("the same request is not sent twice").waitFor();
    await page.unroute("**/requests");
    await page.getByRole("button", { name: "Send the text" }).click();
    await page.getByText("The text is on its way").waitFor();
    const shown = await script.call<{ requests: unknown[] }>(
      ASHA,
      "GET",
      `/api/patients/${patient}`,
    );
    assert.equal(shown.requests.length, 1);
    await desk.context.close();
  });

  test("an intimate area asks more, its answers are kept, and a child's is not asked for", async () => {
    const { url, browser, script } = world();
    const adult = madeUpPerson();
    const child = { ...madeUpPerson(), dateOfBirth: "2014-05-02" };
    const patient = await script.addPatient(adult);
    const desk = await sitDown(browser, url);
    const { page } = desk;
    await signIn(desk, ASHA, `/staff/patients/${patient}/ask`);
    await page.getByLabel("Why do you need the photos?").fill("To see how it heals");
    await page.getByLabel("Part of the body", { exact: true }).selectOption("sacrum");
    await page.getByLabel("Last three digits").fill(adult.mobile.slice(-3));
    await page.getByRole("button", { name: "Send the text" }).click();
    await page.getByRole("link", { name: /Tick each line/ }).waitFor();
    for (const box of await page.getByRole("checkbox").all()) await box.check();
    await page.getByRole("button", { name: "Send the text" }).click();
    await page.getByText("The text is on its way").waitFor();
    await page.getByText("Before asking for photos of the sacrum").waitFor();

    const other = await script.addPatient(child);
    await page.goto(`${url}/staff/patients/${other}/ask`);
    await page.getByLabel("Part of the body", { exact: true }).selectOption("sacrum");
    await page.getByText("cannot be asked for here").waitFor();
    assert.equal(await page.getByRole("button", { name: "Send the text" }).count(), 0);
    await desk.context.close();
  });

  test("a page that waits says for what, and after ten seconds how to go on", async () => {
    const { url, browser } = world();
    const desk = await sitDown(browser, url);
    const { page } = desk;
    await page.clock.install();
    await signIn(desk, ASHA);
    await page.getByText("Checked at").waitFor();
    await page.getByRole("link", { name: "Find a patient" }).click();
    let isLost = true;
    await page.route("**/api/inbox", (route) => (isLost ? undefined : route.continue()));
    await page.getByRole("link", { name: "Inbox" }).click();
    await page.getByRole("heading", { name: "Inbox" }).waitFor();
    assert.equal(
      await page.getByText("Getting the inbox").count(),
      0,
      "a quick page does not flicker",
    );
    await page.clock.fastForward(1_100);
    await page.getByText("Getting the inbox").waitFor();
    await page.clock.fastForward(9_000);
    await page.getByText("This takes longer than it should").waitFor();
    isLost = false;
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("Checked at").waitFor();
    await desk.context.close();
  });
}
