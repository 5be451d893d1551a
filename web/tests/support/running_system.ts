// The whole service on this machine, for tests: the one that `AFTERSIGHT_URL` names, or one that is
// started here and stopped when the tests end.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Staff } from "./staff.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
/** A first build of everything takes minutes. */
const PATIENCE = 20 * 60_000;

export interface RunningSystem {
  /** Origin of the front. */
  url: string;
  staff: Staff;
  stop: () => Promise<void>;
}

export interface StartOptions {
  /** What the clock says at the start, RFC 3339. */
  at?: string;
  /** Kept by the caller; a new one without it. */
  data?: string;
}

export async function startSystem(options: StartOptions = {}): Promise<RunningSystem> {
  const given = process.env["AFTERSIGHT_URL"];
  if (given !== undefined && options.at === undefined && options.data === undefined) {
    return { url: given, staff: await Staff.signIn(given), stop: () => Promise.resolve() };
  }
  const data = options.data ?? mkdtempSync(join(tmpdir(), "aftersight-pages-"));
  const port = await threeFreePorts();
  const words = ["xtask", "start", "--port", String(port), "--data", data];
  const started = spawn("cargo", options.at === undefined ? words : [...words, "--at", options.at], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
  });
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

function untilReady(started: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    const timer = setTimeout(() => reject(new Error(`it did not start:\n${said}`)), PATIENCE);
    started.stdout?.on("data", (bytes: Buffer) => {
      said += bytes.toString();
      if (/^Ready after/m.test(said)) {
        clearTimeout(timer);
        // Read on: a full pipe would stop the system.
        started.stdout?.resume();
        resolve();
      }
    });
    started.once("exit", (code) => reject(new Error(`it ended with ${code}:\n${said}`)));
  });
}

/** The first of three neighbours that are free: front, storage and issuer. */
async function threeFreePorts(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000) * 3;
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
