// Runs every test that needs a browser over one system: `npm run test:browser`. Names of files may
// be given. With AFTERSIGHT_URL it uses the system that runs there.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startSystem } from "./support/running_system.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));

function testsOf(surface: string): string[] {
  const files = readdirSync(join(HERE, surface)).filter((name) => name.endsWith(".test.ts"));
  return files.map((name) => join(HERE, surface, name));
}

const given = process.argv.slice(2);
const files = given.length > 0 ? given : [...testsOf("patient"), ...testsOf("staff")];
const folder = mkdtempSync(join(tmpdir(), "aftersight-log-"));
const log = join(folder, "system.log");
writeFileSync(log, "");
const system = await startSystem({ log });
const words = ["--import", "tsx", "--test", "--test-concurrency=1", "--test-reporter=spec"];
// Not spawnSync: who does not read the system's output meanwhile stops it, once the pipe is full.
const ran = spawn(process.execPath, [...words, ...files], {
  stdio: "inherit",
  env: { ...process.env, AFTERSIGHT_URL: system.url, AFTERSIGHT_LOG: log },
});
const [code] = (await once(ran, "exit")) as [number | null];
await system.stop();
rmSync(folder, { recursive: true, force: true });
process.exitCode = code ?? 1;
