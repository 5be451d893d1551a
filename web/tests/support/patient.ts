// A patient at their phone: each step by what the page says, as a person would find it.
import type { Page } from "playwright-core";
import type { Asked } from "./staff.ts";
import type { Person } from "./person.ts";

export async function openLink(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.getByRole("button", { name: /^I am/ }).waitFor();
}

export async function confirm(page: Page, person: Person): Promise<void> {
  const [year = "", month = "", day = ""] = person.dateOfBirth.split("-");
  await page.getByLabel(/last name$/).fill(person.familyName);
  await page.getByLabel("Day").fill(day);
  await page.getByLabel("Month").fill(month);
  await page.getByLabel("Year").fill(year);
  await page.getByRole("button", { name: "Continue" }).click();
}

/** From the link to the question who the patient is. */
export async function toIdentity(page: Page, link: string): Promise<void> {
  await openLink(page, link);
  await page.getByRole("button", { name: /^I am/ }).click();
  await page.getByRole("heading", { name: "Confirm who the patient is" }).waitFor();
}

export async function identify(page: Page, asked: Asked): Promise<void> {
  await toIdentity(page, asked.link);
  await confirm(page, asked.person);
  await page.getByRole("heading", { name: "Your choice" }).waitFor();
}

export async function agree(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Yes, I agree" }).click();
  await page.getByRole("heading", { name: /^Get ready/ }).waitFor();
}

/** From the text to "get ready". */
export async function getReady(page: Page, asked: Asked): Promise<void> {
  await identify(page, asked);
  await agree(page);
}

/** Takes one photo with the camera of the page, from "get ready" or the list. */
export async function takePhoto(page: Page, opener: string): Promise<void> {
  await page.getByRole("button", { name: opener }).click();
  await page.locator("button:enabled[aria-label='Take the photo']").waitFor();
  await page.waitForFunction(() => (document.querySelector("video")?.videoWidth ?? 0) > 0);
  await page.getByRole("button", { name: "Take the photo" }).click();
  await page.getByRole("button", { name: "Use this photo" }).click();
  await toPhotos(page);
}

/** From a photo that was used to the list; the camera opens again while photos are wanted. */
export async function toPhotos(page: Page): Promise<void> {
  const enough = page.getByRole("button", { name: "That is enough" });
  const list = page.getByRole("heading", { name: "Your photos" });
  await enough.or(list).waitFor();
  if (await enough.isVisible()) await enough.click();
  await list.waitFor();
}

export interface ChosenFile {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

export function file(buffer: Buffer, name = "IMG_0001.png", mimeType = "image/png"): ChosenFile {
  return { name, mimeType, buffer };
}

/** Chooses files with the picker of the page. */
export async function choose(page: Page, files: readonly ChosenFile[]): Promise<void> {
  await page.getByLabel("Choose a photo instead").setInputFiles([...files]);
}

export async function send(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^Send/ }).click();
  await page.getByRole("heading", { name: /^Sent to/ }).waitFor({ timeout: 120_000 });
}
