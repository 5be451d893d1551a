// The patient's road on a slow phone, page by page, each with the time until it could be used.
import type { Browser } from "playwright-core";
import type { RunningSystem } from "../tests/support/running_system.ts";
import { load, pickUpSlowPhone, type Step, step } from "./slow_phone.ts";

export interface Timed {
  page: string;
  milliseconds: number;
}

/** An answer of the first page's calls, as the service gave it. */
export interface Recorded {
  contentType: string;
  body: Buffer;
}

export interface Walked {
  pages: Timed[];
  /** By path. */
  answers: Map<string, Recorded>;
}

/** From the text to "sent", with one photo from the camera. */
export async function walk(browser: Browser, system: RunningSystem): Promise<Walked> {
  const asked = await system.staff.ask({ photos: 1 });
  const { page, context } = await pickUpSlowPhone(browser, system.url);
  const answers = new Map<string, Recorded>();
  const record = page.waitForResponse((response) => response.url().endsWith("/settings.json"));
  const opened = page.waitForResponse((response) => response.url().endsWith("/api/links/open"));
  const pages: Timed[] = [];
  const first = await load(page, asked.link, "Continue");
  pages.push({ page: "who is asking (first load)", milliseconds: first });
  for (const response of await Promise.all([record, opened])) {
    const contentType = response.headers()["content-type"] ?? "application/json";
    answers.set(new URL(response.url()).pathname, { contentType, body: await response.body() });
  }

  const press = (name: string) => page.getByRole("button", { name, exact: true }).click();
  const time = async (name: string, next: Step) =>
    void pages.push({ page: name, milliseconds: await step(page, next) });

  const control = "The patient's last name";
  await time("confirm who", { act: () => press("Continue"), control });
  const [year = "", month = "", day = ""] = asked.person.dateOfBirth.split("-");
  await page.getByLabel(control).fill(asked.person.familyName);
  await page.getByLabel("Day").fill(day);
  await page.getByLabel("Month").fill(month);
  await page.getByLabel("Year").fill(year);
  await time("your choice", { act: () => press("Continue"), control: "the patient" });
  await page.getByLabel("the patient", { exact: true }).check();
  await page.getByLabel("Yes, I agree").check();
  await time("get ready", { act: () => press("Continue"), control: "Open the camera" });
  await time("camera", { act: () => press("Open the camera"), control: "Take the photo" });
  await page.waitForFunction(() => (document.querySelector("video")?.videoWidth ?? 0) > 0);
  await time("is it good", { act: () => press("Take the photo"), control: "Use this photo" });
  await time("your photos", { act: () => press("Use this photo"), control: "Send 1 photo" });
  await time("sent (after the last byte)", {
    act: () => press("Send 1 photo"),
    control: "Sent to",
    sinceLastBlock: true,
  });
  await context.close();
  return { pages, answers };
}
