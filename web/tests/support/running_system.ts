// The whole service on this machine, for tests: the one that AFTERSIGHT_URL names, or one that is
// started here, by the program that AFTERSIGHT_XTASK names or by cargo, and stopped at the end.
import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Staff } from "./staff.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
/** A first build of everything takes minutes. */
const PATIENCE = 30 * 60_000;

export interface RunningSystem {
  /** Origin of the front. */
  url: string;
  staff: Staff;
  stop: () => Promise<void>;
}

export interface StartOptions {
  /** What the clock says at the start, RFC 3339. */
  at?: string;
  /** Kept by the caller; a new folder without it. */
  data?: string;
  /** A file that takes what the system says. */
  log?: string;
}

export async function startSystem(options: StartOptions = {}): Promise<RunningSystem> {
  const given = process.env["AFTERSIGHT_URL"];
  if (given !== undefined && options.at === undefined && options.data === undefined) {
    return { url: given, staff: await Staff.signIn(given), stop: () => Promise.resolve() };
  }
  const data = options.data ?? mkdtempSync(join(tmpdir(), "aftersight-pages-"));
  const port = await threeFreePorts();
  const started = run([
    "start",
    ...["--port", String(port), "--data", data],
    ...(options.at === undefined ? [] : ["--at", options.at]),
  ]);
  if (options.log !== undefined) {
    started.stdout?.pipe(createWriteStream(options.log, { flags: "a" }));
  }
  await untilReady(started);
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    const gone = new Promise((resolve) => started.once("exit", resolve));
    started.kill("SIGINT");
    await gone;
    if (options.data === undefined) {
      rmSync(data, { recursive: true, force: true });
    }
  };
  return { url, staff: await Staff.signIn(url), stop };
}

function run(words: readonly string[]): ChildProcess {
  const program = process.env["AFTERSIGHT_XTASK"];
  const [command, all] = program === undefined ? ["cargo", ["xtask", ...words]] : [program, words];
  return spawn(command, all, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
}

function untilReady(started: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    const timer = setTimeout(() => reject(new Error(`it did not start:\n${said}`)), PATIENCE);
    const listen = (bytes: Buffer) => {
      said += bytes.toString();
      if (/^Ready after/m.test(said)) {
        clearTimeout(timer);
        started.stdout?.off("data", listen);
        // Read on: a full pipe would stop the system.
        started.stdout?.resume();
        resolve();
      }
    };
    started.stdout?.on("data", listen);
    started.once("exit", (code) => reject(new Error(`it ended with ${code}:\n${said}`)));
  });
}

/** The first of three neighbours that are free: front, storage and issuer. */
async function threeFreePorts(): Promise<number> {
  for (;;) {
    // Below those that the machine hands out by itself.
    const port = 20_000 + Math.floor(Math.random() * 4000) * 3;
    const free = await Promise.all([port, port + 1, port + 2].map(isFree));
    if (free.every(Boolean)) {
      return port;
    }
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
