// R54: after a whole journey nothing of it lies in the browser's own folder on disk: not in its
// history, its sessions, its caches, its storage or its icons. Every file is searched.
//
// One thing no page can keep out: a browser writes down the address that it is asked to open before
// the first line of the page runs, and so the code of the link. By the end that code opens nothing.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { chromium } from "playwright-core";
import { choose, file, getReady, send, takePhoto } from "../support/patient.ts";
import { madePng, writeCameraFilm } from "../support/pictures.ts";
import { startSystem, trusting } from "../support/running_system.ts";
import { searchFiles } from "../support/search_files.ts";
import { until } from "../support/staff.ts";

/** Where Chromium writes down addresses that it was asked to open. */
const VISITED = /^(?:Default\/(?:History|Favicons|Sessions\/)|segmentation_platform\/)/;

test("a whole journey leaves nothing in the browser's folder", async (t) => {
  const system = await startSystem();
  t.after(() => system.stop());
  const profile = mkdtempSync(join(tmpdir(), "aftersight-profile-"));
  const film = join(mkdtempSync(join(tmpdir(), "aftersight-camera-")), "wound.y4m");
  writeCameraFilm(film);
  // A profile that is kept, as on a phone: other tests get one that never touches the disk.
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: [
      "--use-fake-device-for-media-stream",
      `--use-file-for-fake-video-capture=${film}`,
      ...(await trusting(system.storage)),
    ],
    permissions: ["camera"],
    viewport: { width: 360, height: 740 },
    locale: "en-GB",
  });
  // Where the test fails too: a browser that is left open would hold up the whole run.
  t.after(async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  });
  const asked = await system.staff.ask({ photos: 2, note: "Please show the whole scar." });
  const note = "It began on Monday.";
  const chosen = madePng(640, 480);
  const page = context.pages()[0] ?? (await context.newPage());
  page.on("dialog", (dialog) => void dialog.accept());
  await getReady(page, asked);
  await takePhoto(page, "Open the camera");
  await choose(page, [file(chosen, "holiday-4711.png")]);
  await page.getByRole("button", { name: "Use this photo" }).click();
  await page.getByLabel("Anything the team should know?").fill(note);
  await send(page);
  await page.getByText("has your 2 photos").waitFor({ timeout: 60_000 });
  const pictures = await picturesOf(system.staff, asked.patient);
  await page.goto(`${system.url}/privacy`);
  // As a person ends it: the browser writes what it keeps.
  await context.close();

  const code = new URL(asked.link).hash.slice(1);
  const { person } = asked;
  const [year, month, day] = person.dateOfBirth.split("-").map(Number);
  const words = {
    code,
    "code without hyphens": code.replace(/-/g, ""),
    "given name": person.givenName,
    "family name": person.familyName,
    "date of birth": person.dateOfBirth,
    "date as typed": `${day}-${month}-${year}`,
    "NHS number": person.nhsNumber,
    mobile: person.mobile.replace(/\s/g, "").slice(1),
    "the patient's note": note,
    "the team's note": "Please show the whole scar.",
    "the file's name": "holiday-4711",
    patient: asked.patient,
    team: "Wound Care",
    "part of the body": "knee",
    reason: "To see how the wound heals",
  };
  const wanted = new Map<string, Buffer>(
    Object.entries(words).flatMap(([name, text]) => [
      [name, Buffer.from(text)],
      [`${name}, two bytes a letter`, Buffer.from(text, "utf16le")],
    ]),
  );
  [chosen, ...pictures].forEach((picture, number) => {
    for (const share of [0.25, 0.5, 0.75]) {
      const at = Math.floor(picture.length * share);
      wanted.set(`picture ${number} at ${at}`, picture.subarray(at, at + 24));
    }
  });
  // The search sees what is there: the browser did keep its own folder, and that we were there.
  const origin = Buffer.from(new URL(system.url).host);
  assert.ok(searchFiles(profile, new Map([["origin", origin]])).length > 0, "nothing was kept at all");
  writeFileSync(join(profile, "planted"), Buffer.concat([Buffer.from("x"), pictures[0] ?? chosen]));
  assert.ok(searchFiles(profile, wanted).length > 0, "the search sees nothing");
  rmSync(join(profile, "planted"));

  assert.ok(readdirSync(profile, { recursive: true }).some((name) => String(name).endsWith("History")));
  const found = searchFiles(profile, wanted);
  const isVisited = ({ file, what }: { file: string; what: string }) =>
    what.startsWith("code") && VISITED.test(file);
  assert.deepEqual(found.filter((one) => !isVisited(one)), []);
  const opened = await fetch(`${system.url}/api/links/open`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ code }),
  });
  assert.equal(opened.status, 410, "the code in the browser's history is dead");
  assert.deepEqual(cachedPaths(profile).filter((path) => !path.startsWith("/assets/")), []);
  const log = process.env["AFTERSIGHT_LOG"];
  if (log !== undefined) {
    const said = readFileSync(log);
    // At the start it lists the demo's staff with their teams.
    const logged = [...wanted].filter(([what, bytes]) => what !== "team" && said.includes(bytes));
    assert.deepEqual(logged.map(([what]) => what), []);
  }
});

/** The bytes of the patient's pictures as the record has them. */
async function picturesOf(
  staff: Awaited<ReturnType<typeof startSystem>>["staff"],
  patient: string,
): Promise<Buffer[]> {
  const items = await until("two items", async () => {
    const found = await staff.itemsOf(patient);
    return found.length === 2 ? found : undefined;
  });
  const pictures: Buffer[] = [];
  for (const { item } of items) {
    const { url } = await staff.call("POST", `/api/patients/${patient}/items/${String(item)}/view`, {});
    pictures.push(Buffer.from(await (await fetch(String(url))).arrayBuffer()));
  }
  return pictures;
}

/** Paths of all that lies in the browser's cache. */
function cachedPaths(profile: string): string[] {
  const entries = readdirSync(profile, { recursive: true, encoding: "utf8" })
    .filter((name) => /Cache_Data\/[0-9a-f]+_0$/.test(name))
    .map((name) => readFileSync(join(profile, name)));
  assert.ok(entries.length > 2, "no cache where one was looked for");
  // An entry begins with the length of its key, whose last word is the address.
  return entries.map((entry) => {
    const key = entry.subarray(24, 24 + entry.readUInt32LE(12)).toString("latin1");
    return new URL(key.split(" ").pop() ?? "").pathname;
  });
}
