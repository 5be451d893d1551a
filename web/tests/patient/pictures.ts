// Makes docs/pictures/patient-*.png: every page of the patient's surface as a phone shows it.
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { launch, pickUpPhone } from "../support/browser.ts";
import { agree, choose, confirm, file, openLink } from "../support/patient.ts";
import { madePng } from "../support/pictures.ts";
import { startSystem } from "../support/running_system.ts";

const FOLDER = fileURLToPath(new URL("../../../docs/pictures/", import.meta.url));

const system = await startSystem();
const { browser, close } = await launch();
mkdirSync(FOLDER, { recursive: true });

let number = 0;
async function keep(page: Page, name: string): Promise<void> {
  number += 1;
  await page.waitForTimeout(300);
  const path = `${FOLDER}patient-${String(number).padStart(2, "0")}-${name}.png`;
  await page.screenshot({ path, fullPage: true });
  console.log(path);
}

const asked = await system.staff.ask({ photos: 3, note: "Please show the whole scar." });
const { page } = await pickUpPhone(browser, { ...system, scale: 1.5 });
await openLink(page, asked.link);
await keep(page, "who-is-asking");
await page.getByRole("button", { name: "Not for me" }).click();
await keep(page, "not-for-me");
await page.getByRole("button", { name: "No, go back" }).click();
await page.getByRole("button", { name: /^I am/ }).click();
await page.getByRole("button", { name: "Continue" }).click();
await keep(page, "identity-missing");
await confirm(page, { ...asked.person, familyName: "Somebody" });
await page.getByText("tries left").waitFor();
await keep(page, "identity-wrong");
await confirm(page, asked.person);
await page.getByText("Do you agree?").waitFor();
await keep(page, "choice");
await agree(page);
await keep(page, "get-ready");
await page.getByRole("button", { name: "Open the camera" }).click();
await page.waitForFunction(() => (document.querySelector("video")?.videoWidth ?? 0) > 0);
await keep(page, "camera");
await page.getByRole("button", { name: "Take the photo" }).click();
await page.getByRole("button", { name: "Use this photo" }).waitFor();
await keep(page, "is-it-good");
await page.getByRole("button", { name: "Use this photo" }).click();
await choose(page, [file(madePng(1200, 900)), file(madePng(1200, 900))]);
await page.getByText("Photo 3").waitFor();
await keep(page, "your-photos");
await page.context().route(/comp=block/, async (route) => {
  await new Promise((resolve) => setTimeout(resolve, 400));
  await route.continue();
});
await page.getByRole("button", { name: /^Send/ }).click();
await page.getByText("1 of 3 photos sent").waitFor();
await page.waitForTimeout(1500);
await keep(page, "sending");
await page.getByText("has your 3 photos").waitFor({ timeout: 120_000 });
await keep(page, "sent");
await page.getByRole("button", { name: "Change your mind" }).click();
await keep(page, "take-back");
await page.getByRole("button", { name: "Take back my yes" }).click();
await page.getByRole("heading", { name: "You have taken back your yes" }).waitFor();
await keep(page, "taken-back");
await page.goto(asked.link);
await page.getByRole("heading", { name: "no longer works" }).waitFor();
await keep(page, "link-closed");

await close();
await system.stop();
