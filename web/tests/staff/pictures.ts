// Makes docs/pictures/staff-*.png: every page of the staff's surface as a screen at a desk shows it,
// and the inbox and a patient as a phone does.
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { SIZES } from "../support/every_size.ts";
import { madeUpPerson } from "../support/person.ts";
import { ASHA, BEN } from "./support/colleague.ts";
import { signIn, sitDown } from "./support/desk.ts";
import { Visit } from "./support/patient_sends.ts";
import { startWorld, withPictures } from "./world.ts";

const FOLDER =
  process.env["PICTURES"] ?? fileURLToPath(new URL("../../../docs/pictures/", import.meta.url));
mkdirSync(FOLDER, { recursive: true });

const world = await startWorld();
const { url, browser, script } = world;

let number = 0;
async function keep(page: Page, name: string, fullPage = true): Promise<void> {
  number += 1;
  await page.evaluate("window.scrollTo(0, 0)");
  // Thumbnails on their way.
  await page.waitForTimeout(500);
  const path = `${FOLDER}staff-${String(number).padStart(2, "0")}-${name}.png`;
  await page.screenshot({ path, fullPage });
  console.log(path);
}

const named = (givenName: string, familyName: string, dateOfBirth: string) => ({
  ...madeUpPerson(),
  givenName,
  familyName,
  dateOfBirth,
});

const ada = named("Ada", "Bell", "1980-02-29");
const declines = named("Tomas", "Lindqvist", "1951-07-14");
const seen = await withPictures(world, ada, { healed: [0, 0.35, 0.75] });
await withPictures(world, named("Maryam", "Osei", "1993-11-03"), {
  bodySite: "forearm",
  laterality: "right",
  healed: [0.2],
});
await withPictures(world, named("Eirlys", "Pugh", "1947-01-30"), {
  bodySite: "sacrum",
  laterality: "none",
  healed: [0.1],
});
const declined = await script.ask(await script.addPatient(declines), declines);
await new Visit(url).call("POST", "/api/links/decline", { code: declined.split("#")[1] });
const waiting = named("Idris", "Malik", "2001-05-09");
const asked = await script.addPatient(waiting);
await script.ask(asked, waiting, { bodySite: "ankle", photos: 3 });

const desk = await sitDown(browser, url);
const { page } = desk;
await page.goto(`${url}/staff`);
await page.getByRole("button", { name: "Sign in" }).waitFor();
await keep(page, "sign-in", false);
await signIn(desk, ASHA);
await page.locator(".inbox__row").nth(5).waitFor();
await page.keyboard.press("j");
await keep(page, "inbox");
await page.keyboard.press("?");
await keep(page, "inbox-keys", false);

await page.getByRole("link", { name: "Find a patient" }).click();
await page.getByLabel("NHS number, family name or date of birth").fill("Bell");
await page.getByRole("button", { name: "Search" }).click();
await page.getByRole("link", { name: "BELL, Ada" }).first().waitFor();
await keep(page, "find");
await page.getByRole("link", { name: "Add a patient" }).first().click();
await page.getByRole("button", { name: "Add patient" }).click();
await page.locator(".nhsuk-error-summary").waitFor();
await keep(page, "add-errors");
await page.getByLabel("Given names").fill("Ada");
await page.getByLabel("Family name").fill("Bell");
await page.getByLabel("Day").fill("29");
await page.getByLabel("Month").fill("2");
await page.getByLabel("Year").fill("1980");
await page.getByLabel("NHS number").fill(ada.nhsNumber);
await page.getByLabel("Mobile number").fill(ada.mobile);
await page.getByRole("button", { name: "Add patient" }).click();
await page.locator("section.card").waitFor();
await keep(page, "add-known");

await page.goto(`${url}/staff/patients/${seen.patient}`);
await page.locator(".timeline__item").nth(2).waitFor();
await keep(page, "patient");
await page.getByRole("link", { name: "By date" }).click();
await keep(page, "patient-by-date", false);
await page.getByRole("link", { name: "Ask for photos" }).click();
await page.getByLabel("Why do you need the photos?").fill("To see how your knee heals");
await page.getByRole("button", { name: "left knee" }).click();
await page.getByLabel("How many photos?").selectOption("3");
await page.getByLabel("Last three digits").fill(ada.mobile.slice(-3));
await keep(page, "ask");
await page.goto(`${url}/staff/patients/${asked}`);
await page.getByRole("button", { name: "Send the link again" }).waitFor();
await keep(page, "patient-asked", false);
await page.goto(`${url}/staff/patients/${seen.patient}/details`);
await page.getByLabel("Family name").fill("Bell-Hart");
await page.getByLabel("Why do you correct this?").fill("Married in October");
const theirs = { ...ada, mobile: "07700 900777", version: 1, reason: "New number" };
await script.call(BEN, "PUT", `/api/patients/${seen.patient}`, theirs);
await page.getByRole("button", { name: "Save the correction" }).click();
await page.locator(".conflict").waitFor();
await keep(page, "correct-conflict", false);

await page.goto(`${url}/staff`);
await page.getByRole("link", { name: "BELL, Ada" }).first().click();
await page.getByText("Unchanged since it was filed").waitFor();
await keep(page, "picture");
await page.locator(".compare-with a").first().click();
await page.locator(".stage img").nth(1).waitFor();
await keep(page, "compare", false);
await page.getByRole("link", { name: "One over the other" }).click();
await page.locator(".stage__picture--over").waitFor();
await keep(page, "overlay", false);

await page.setViewportSize(SIZES.small);
await page.goto(`${url}/staff`);
await page.locator(".inbox__row").first().waitFor();
await keep(page, "inbox-small");
await page.goto(`${url}/staff/patients/${seen.patient}`);
await page.locator(".timeline__item").first().waitFor();
await keep(page, "patient-small");
await page.locator(".timeline__item a").first().click();
await page.locator(".stage img").waitFor();
await keep(page, "picture-small");
await page.goto(`${url}/staff/patients/${seen.patient}/here`);
await handOver();
await keep(page, "hand-over-small");
await page.setViewportSize(SIZES.wide);
await page.goto(`${url}/staff/patients/${seen.patient}/here`);
await handOver();
await keep(page, "hand-over");
await world.stop();

async function handOver(): Promise<void> {
  await page.getByLabel("Why do you need the photos?").fill("To see how your knee heals");
  await page.getByRole("button", { name: "left knee" }).click();
  await page.getByRole("button", { name: "Make the link" }).click();
  await page.locator(".hand-over__code").waitFor();
}
