// The whole service on this machine, for tests: the one that AFTERSIGHT_URL names, or one that is
// started here, by the program that AFTERSIGHT_XTASK names or by cargo, and stopped at the end.
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { fileURLToPath } from "node:url";
import { Staff } from "./staff.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
/** A first build of everything takes minutes. */
const PATIENCE = 30 * 60_000;

export interface RunningSystem {
  /** Origin of the front. */
  url: string;
  /** Origin that pictures are sent to and come from. */
  storage: string;
  staff: Staff;
  stop: () => Promise<void>;
  /** A file with the certificates of who vouches for the storage, where it is not the embedded one. */
  authority?: string;
}

export interface StartOptions {
  /** What the clock says at the start, RFC 3339. */
  at?: string;
  /** Kept by the caller; a new folder without it. */
  data?: string;
  /** A file that takes what the system says. */
  log?: string;
  /** What stands behind the ports; the embedded store without it. */
  on?: "emulators";
  /** Who signs staff in, in place of the issuer of this machine, and what it is asked for. */
  issuer?: string;
  scope?: string;
}

export async function startSystem(options: StartOptions = {}): Promise<RunningSystem> {
  const given = process.env["AFTERSIGHT_URL"];
  const { at, on, issuer, scope } = options;
  const isUsual = [at, on, issuer, options.data].every((special) => special === undefined);
  if (given !== undefined && isUsual) {
    const [storage, staff] = [storageOf(given), await Staff.signIn(given)];
    return { url: given, storage, staff, stop: () => Promise.resolve() };
  }
  const data = options.data ?? mkdtempSync(join(tmpdir(), "aftersight-pages-"));
  const port = await threeFreePorts();
  const started = run([
    "start",
    ...["--port", String(port), "--data", data],
    ...words({ at, on, issuer, scope }),
  ]);
  if (options.log !== undefined) {
    started.stdout?.pipe(createWriteStream(options.log, { flags: "a" }));
  }
  const welcome = await untilReady(started);
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    const gone = new Promise((resolve) => started.once("exit", resolve));
    started.kill("SIGINT");
    await gone;
    if (options.data === undefined) {
      rmSync(data, { recursive: true, force: true });
    }
  };
  const said = (line: RegExp) => line.exec(welcome)?.[1];
  const storage = new URL(said(/^ +Storage +(\S+)/m) ?? storageOf(url)).origin;
  const authority = said(/SSL_CERT_FILE=(\S+)/);
  const staff = await Staff.signIn(url);
  return { url, storage, staff, stop, ...(authority === undefined ? {} : { authority }) };
}

/** The embedded store's own, a neighbour of the front, unless somebody said another. */
export function storageOf(url: string): string {
  const told = process.env["AFTERSIGHT_STORAGE"];
  if (told !== undefined && url === process.env["AFTERSIGHT_URL"]) return told;
  const front = new URL(url);
  return `http://${front.hostname}:${Number(front.port) + 1}`;
}

/**
 * The switch with which Chromium takes the certificate of this origin, and of no other: a browser
 * asks the system whom to trust, and tests must not change that.
 */
export async function trusting(origin: string): Promise<string[]> {
  const { protocol, hostname, port } = new URL(origin);
  if (protocol === "http:") return [];
  const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false });
  await once(socket, "secureConnect");
  const key = socket.getPeerX509Certificate()?.publicKey.export({ type: "spki", format: "der" });
  socket.destroy();
  const pin = createHash("sha256").update(key ?? "").digest("base64");
  return [`--ignore-certificate-errors-spki-list=${pin}`];
}

function words(flags: Record<string, string | undefined>): string[] {
  return Object.entries(flags).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, value],
  );
}

function run(words: readonly string[]): ChildProcess {
  const program = process.env["AFTERSIGHT_XTASK"];
  const [command, all] = program === undefined ? ["cargo", ["xtask", ...words]] : [program, words];
  return spawn(command, all, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
}

/** What it says until it is ready. */
function untilReady(started: ChildProcess): Promise<string> {
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
        resolve(said);
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
