// Runs every test that needs a browser over one system: `npm run test:browser`. Names of files may
// be given, and `--on emulators` in front: the same tests over emulators of Azure, without those that
// look at the embedded store itself. With AFTERSIGHT_URL it uses the system that runs there.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startSystem } from "./support/running_system.ts";
import type { Noted } from "./support/watch.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));

function testsOf(surface: string): string[] {
  const files = readdirSync(join(HERE, surface)).filter((name) => name.endsWith(".test.ts"));
  return files.map((name) => join(HERE, surface, name));
}

/** Azurite's headers are its own, and no wire of ours stands before its TLS. */
const OF_EMBEDDED = /(?:headers|cut_uploads)\.test\.ts$/;
const SURFACES = ["system", "issuer", "emulators", "patient", "staff"];
const words = process.argv.slice(2);
const onEmulators = words[0] === "--on" && words[1] === "emulators";
const given = onEmulators ? words.slice(2) : words;
const every = SURFACES.flatMap(testsOf).filter((file) => !onEmulators || !OF_EMBEDDED.test(file));
const files = given.length > 0 ? given : every;
const folder = mkdtempSync(join(tmpdir(), "aftersight-log-"));
const log = join(folder, "system.log");
const noted = join(folder, "noted.jsonl");
writeFileSync(log, "");
writeFileSync(noted, "");
const system = await startSystem({ log, ...(onEmulators ? { on: "emulators" } : {}) });
const flags = ["--import", "tsx", "--test", "--test-concurrency=1", "--test-reporter=spec"];
// Not spawnSync: who does not read the system's output meanwhile stops it, once the pipe is full.
const ran = spawn(process.execPath, [...flags, ...files], {
  stdio: "inherit",
  env: {
    ...process.env,
    AFTERSIGHT_URL: system.url,
    AFTERSIGHT_STORAGE: system.storage,
    AFTERSIGHT_LOG: log,
    AFTERSIGHT_COMPLAINTS: noted,
    ...(system.authority === undefined ? {} : { NODE_EXTRA_CA_CERTS: system.authority }),
  },
});
const [code] = (await once(ran, "exit")) as [number | null];
await system.stop();
const clean = isClean(readFileSync(noted, "utf8"));
rmSync(folder, { recursive: true, force: true });
process.exitCode = clean ? (code ?? 1) : 1;

/** Says what all pages of all tests did that they must not; a test need not have asked. */
function isClean(lines: string): boolean {
  const all = lines.split("\n").filter(Boolean).map((line) => JSON.parse(line) as Noted);
  const answers = all.flatMap((one) => ("answer" in one ? [one.answer] : []));
  const complaints = all.flatMap((one) => ("complaint" in one ? [one.complaint] : []));
  const kinds = new Set(answers).size;
  console.log(`${answers.length} answers of ${kinds} kinds to pages, each with its headers looked at`);
  const stopped = complaints.filter((complaint) => /policy/i.test(complaint)).length;
  console.log(`${stopped} violations of the content policy, ${complaints.length} complaints in all`);
  complaints.forEach((complaint) => console.log(`  ${complaint}`));
  return complaints.length === 0;
}
