// What the staff's tests share: one running system, one browser, and scripts for everybody else.
import { chromium, type Browser, type Page } from "playwright-core";
import { madeUpPerson, type Person } from "../support/person.ts";
import { startSystem, trusting } from "../support/running_system.ts";
import { Script } from "./support/colleague.ts";
import { drawnPhoto } from "./support/drawn_photo.ts";
import { sendPhotos } from "./support/patient_sends.ts";

export interface World {
  url: string;
  browser: Browser;
  script: Script;
  /** A page to draw pictures on; nobody's. */
  easel: Page;
  stop: () => Promise<void>;
}

export async function startWorld(): Promise<World> {
  const { url, storage, stop } = await startSystem();
  const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
  const browser = await chromium.launch({ executablePath, args: await trusting(storage) });
  const easel = await browser.newPage();
  return {
    url,
    browser,
    easel,
    script: new Script(url),
    stop: async () => {
      await browser.close();
      await stop();
    },
  };
}

export interface Seen {
  patient: string;
  person: Person;
  /** Items, the newest first. */
  items: string[];
}

export interface Wish {
  bodySite?: string;
  laterality?: string;
  /** One picture for each, from 0 (fresh) to 1 (healed), the oldest first. */
  healed?: readonly number[];
  /** What the patient writes to them. */
  note?: string;
}

/** Somebody with a picture for each of `healed`. */
export async function withPictures(
  world: World,
  person = madeUpPerson(),
  { bodySite = "knee", laterality = "left", healed = [0], note }: Wish = {},
): Promise<Seen> {
  const { script, easel } = world;
  const patient = await script.addPatient(person);
  const wish = { bodySite, laterality, photos: healed.length };
  const link = await script.ask(patient, person, wish);
  const photos: Buffer[] = [];
  for (const one of healed) photos.push(await drawnPhoto(easel, one));
  const items = await sendPhotos({ script, patient, person }, link, photos, note);
  return { patient, person, items: items.map(({ item }) => item) };
}
