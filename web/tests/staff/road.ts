// The whole road of the staff: sign in, add, ask, and once the patient has sent, look, compare,
// note and correct. By keyboard where a nurse's forty seconds are spent.
import assert from "node:assert/strict";
import test from "node:test";
import { madeUpPerson } from "../support/person.ts";
import { until } from "../support/staff.ts";
import { ASHA } from "./support/colleague.ts";
import { signIn, sitDown } from "./support/desk.ts";
import { drawnPhoto } from "./support/drawn_photo.ts";
import { sendPhotos } from "./support/patient_sends.ts";
import { withPictures, type World } from "./world.ts";

export function road(world: () => World): void {
  test("a nurse adds a patient, asks, looks, compares, notes and corrects", async () => {
    const { url, browser, script, easel } = world();
    const desk = await sitDown(browser, url);
    const { page } = desk;
    const person = { ...madeUpPerson(), dateOfBirth: "1980-02-29" };

    await signIn(desk, ASHA);
    await page.getByRole("heading", { name: "Inbox" }).waitFor();
    await page.getByRole("link", { name: "Add a patient" }).click();
    await page.getByLabel("Given names").fill(person.givenName);
    await page.getByLabel("Family name").fill(person.familyName);
    await page.getByLabel("Day").fill("29");
    await page.getByLabel("Month").fill("2");
    await page.getByLabel("Year").fill("1980");
    await page.getByLabel("NHS number").fill(person.nhsNumber);
    await page.getByLabel("Mobile number").fill(person.mobile);
    await page.getByRole("button", { name: "Add patient" }).click();
    await page.getByText("The patient was added.").waitFor();
    const patient = new URL(page.url()).pathname.split("/")[3] ?? "";

    await page.getByRole("link", { name: "Ask for photos" }).click();
    await page.getByLabel("Why do you need the photos?").fill("To see how your knee heals");
    await page.getByRole("button", { name: "left knee" }).click();
    await page.getByText("Chosen: left knee").waitFor();
    assert.ok(await page.getByLabel("Left", { exact: true }).isChecked());
    await page.getByLabel("How many photos?").selectOption("2");
    await page.getByLabel("Last three digits").fill(person.mobile.slice(-3));
    const preview = await page.locator(".text-preview__text").textContent();
    await page.getByRole("button", { name: "Send the text" }).click();
    await page.getByText("The text is on its way").waitFor();

    const link = await until("the text", async () => (await script.links(person))[0]);
    assert.equal(preview?.replace(/[•-]+$/, ""), (await script.textOf(link)).split(/(?<=#)/)[0]);
    const photos = [await drawnPhoto(easel, 0), await drawnPhoto(easel, 0.7)];
    await sendPhotos({ script, patient, person }, link, photos);

    await page.getByRole("link", { name: "Inbox" }).click();
    const mine = page.locator(".inbox__row", { hasText: person.givenName });
    await mine.first().waitFor();
    assert.equal(await mine.count(), 2);
    const row = (await mine.first().textContent()) ?? "";
    assert.match(row, /Left knee.*Asked for by Asha Rowan.*Waiting for/s);
    await mine.first().getByRole("link").click();
    await page.locator(".stage img").waitFor();
    await page.getByText(/Your look at \d\d:\d\d is recorded/).waitFor();
    await page.getByText("Unchanged since it was filed").waitFor();
    const facts = (await page.locator(".facts").textContent()) ?? "";
    assert.match(facts, /Sent by.?the patient.*with the camera.*Asked by.?Asha Rowan/s);

    await page.getByLabel("Add a note").fill("Clean edges.");
    await page.getByRole("button", { name: "Save note" }).click();
    await page.getByText("The note was saved.").waitFor();
    await page.locator(".notes__text", { hasText: "Clean edges." }).waitFor();

    await page.locator(".compare-with a").first().click();
    await page.locator(".stage img").nth(1).waitFor();
    await page.getByRole("button", { name: "Zoom in" }).click();
    const moved = await page
      .locator(".stage__picture")
      .evaluateAll((pictures) =>
        pictures.map((picture) => (picture as HTMLElement).style.transform),
      );
    assert.equal(moved.length, 2);
    assert.equal(moved[0], moved[1], "both move together");
    await page.getByRole("link", { name: "One over the other" }).click();
    await page.locator(".stage__picture--over").waitFor();
    await page.getByRole("slider").press("Home");
    assert.equal(
      await page
        .locator(".stage__picture--over")
        .evaluate((over) => (over as HTMLElement).style.opacity),
      "0",
    );

    await page.getByRole("link", { name: "Back to the picture" }).click();
    await page.getByRole("link", { name: "Back to the patient" }).click();
    await page.getByRole("link", { name: "Correct details" }).click();
    await page.getByLabel("Family name").fill("Quillfeather-Other");
    await page.getByLabel("Why do you correct this?").fill("Married");
    await page.getByRole("button", { name: "Save the correction" }).click();
    await page.getByText("The correction was saved.").waitFor();
    await page.locator(".banner__name", { hasText: "QUILLFEATHER-OTHER" }).waitFor();

    await page.getByRole("link", { name: "Inbox" }).click();
    await page.getByRole("heading", { name: "Inbox" }).waitFor();
    await page.getByText("Checked at").waitFor();
    assert.equal(await mine.count(), 0, "what was looked at waits no longer");
    assert.deepEqual(desk.complaints, []);
    await desk.context.close();
  });

  test("the inbox is worked through with keys alone", async () => {
    const { url, browser } = world();
    const { person } = await withPictures(world(), madeUpPerson(), { healed: [0, 0.5] });
    const desk = await sitDown(browser, url);
    const { page } = desk;
    await page.goto(`${url}/staff`);
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: ASHA.name }).press("Enter");
    const mine = page.locator(".inbox__row", { hasText: person.givenName });
    await mine.first().waitFor();
    const focused = () =>
      page.evaluate(() => document.activeElement?.closest("li")?.textContent ?? "");
    for (let line = 0; line < 60 && !(await focused()).includes(person.givenName); line += 1) {
      await page.keyboard.press("j");
    }
    await page.keyboard.press("j");
    await page.keyboard.press("k");
    assert.match(await focused(), new RegExp(person.givenName));
    await page.keyboard.press("?");
    await page.getByText("say that the task is done").waitFor();
    await page.keyboard.press("Escape");
    assert.equal(await page.getByText("mark the task as done").isVisible(), false);
    await page.keyboard.press("Enter");
    await page.locator(".stage img").waitFor();
    const first = page.url();
    const scale = () =>
      page
        .locator(".stage__picture")
        .evaluate((picture) => (picture as HTMLElement).style.transform);
    await page.locator(".tools").waitFor();
    await page.keyboard.press("+");
    assert.match(await scale(), /scale\(1\.5\)/);
    await page.keyboard.press("0");
    assert.match(await scale(), /scale\(1\)/);
    await page.keyboard.press("ArrowRight");
    await page.waitForURL(
      (address) => address.href !== first && address.pathname.includes("pictures"),
    );
    await page.locator(".stage img").waitFor();
    await page.goBack();
    await page.waitForURL(first);
    assert.deepEqual(desk.complaints, []);
    await desk.context.close();
  });

  test("a picture is fetched when it comes into sight and is never cached", async () => {
    const { url, browser } = world();
    const seen = await withPictures(world(), madeUpPerson(), { healed: [0, 0.3, 0.6] });
    const desk = await sitDown(browser, url, { size: { width: 320, height: 480 } });
    const { page } = desk;
    const pictures: string[] = [];
    page.on("response", (response) => {
      if (response.url().includes("/records/"))
        pictures.push(response.headers()["cache-control"] ?? "");
    });
    await signIn(desk, ASHA, `/staff/patients/${seen.patient}`);
    await page.getByRole("heading", { name: "Timeline" }).waitFor();
    await page.locator(".timeline__item").first().scrollIntoViewIfNeeded();
    await page.locator(".timeline .thumbnail img").first().waitFor();
    const atFirst = pictures.length;
    assert.ok(atFirst < 3, `${atFirst} of 3 were fetched before they were in sight`);
    await page.locator(".timeline__item").nth(2).scrollIntoViewIfNeeded();
    await page.locator(".timeline__item").nth(2).locator("img").waitFor();
    assert.ok(pictures.length > atFirst);
    assert.deepEqual([...new Set(pictures)], ["no-store"]);
    await desk.context.close();
  });

  test("the timeline prints with every picture and nothing to press", async () => {
    const { url, browser } = world();
    const seen = await withPictures(world(), madeUpPerson(), { healed: [0, 0.5] });
    const desk = await sitDown(browser, url);
    const { page } = desk;
    await page.addInitScript(() => {
      window.print = () => document.documentElement.setAttribute("data-printed", "");
    });
    await signIn(desk, ASHA, `/staff/patients/${seen.patient}`);
    await page.getByRole("button", { name: "Print the timeline" }).click();
    await page.locator("html[data-printed]").waitFor();
    assert.equal(await page.locator(".timeline .thumbnail img").count(), 2);
    await page.emulateMedia({ media: "print" });
    for (const hidden of [".header", ".footer", ".add-note", ".patient__actions", ".orders"]) {
      assert.equal(await page.locator(hidden).first().isVisible(), false, hidden);
    }
    assert.ok(await page.locator(".banner__name").isVisible());
    assert.ok(await page.locator(".timeline__when").first().isVisible());
    await desk.context.close();
  });
}
