// The peer: the first page made with React and the prebuilt style, built into a folder that is gone
// afterwards, and served as ours is: each file compressed beforehand, as hard as it goes. Its calls
// are answered at once with what the service said to ours, so that only the page differs.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "vite";
import type { Recorded } from "./road.ts";
import { type PageSizes, sizesOfFolder } from "./sizes.ts";

const SOURCE = fileURLToPath(new URL("peer", import.meta.url));
const MADE_WITH = ["react", "react-dom", "nhsuk-react-components", "nhsuk-frontend", "vite"];
const TYPES: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
};

export interface Peer {
  /** Each package with its version. */
  madeWith: string[];
  sizes: PageSizes;
  /** Of its page. */
  address: string;
  close: () => Promise<void>;
}

export async function startPeer(answers: ReadonlyMap<string, Recorded>): Promise<Peer> {
  const folder = mkdtempSync(join(tmpdir(), "aftersight-peer-"));
  await build({
    configFile: false,
    root: SOURCE,
    logLevel: "error",
    oxc: { jsx: { runtime: "automatic", importSource: "react" } },
    build: {
      outDir: folder,
      emptyOutDir: true,
      // Published minified, and served as published.
      cssMinify: false,
      target: ["safari14", "chrome87"],
      rolldownOptions: { onLog: () => undefined },
    },
  });
  const files = filesOf(folder);
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://peer").pathname;
    const answer = answers.get(path);
    const found = files.get(path === "/r" ? "/index.html" : path);
    if (answer !== undefined) {
      request.resume();
      response.writeHead(200, { "Content-Type": answer.contentType }).end(answer.body);
    } else if (found === undefined) {
      response.writeHead(404).end();
    } else {
      const coding = /\bbr\b/.test(String(request.headers["accept-encoding"])) ? "br" : "gzip";
      response.writeHead(200, { "Content-Type": found.type, "Content-Encoding": coding });
      response.end(found[coding]);
    }
  });
  const port = await listen(server);
  const close = async () => {
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
    rmSync(folder, { recursive: true, force: true });
  };
  return {
    madeWith: MADE_WITH.map((name) => `${name} ${versionOf(name)}`),
    sizes: sizesOfFolder(folder),
    address: `http://127.0.0.1:${port}/r`,
    close,
  };
}

interface Served {
  type: string;
  br: Buffer;
  gzip: Buffer;
}

function filesOf(folder: string): Map<string, Served> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const served = names.flatMap((name): [string, Served][] => {
    const type = TYPES[extname(name)];
    if (type === undefined) {
      return [];
    }
    const plain = readFileSync(join(folder, name));
    return [[`/${name}`, { type, br: brotliCompressSync(plain), gzip: gzipSync(plain, { level: 9 }) }]];
  });
  return new Map(served);
}

function versionOf(name: string): string {
  // Not every package lets its package.json be asked for by name.
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? [];
  for (const folder of folders) {
    try {
      const read = readFileSync(join(folder, name, "package.json"), "utf8");
      return (JSON.parse(read) as { version: string }).version;
    } catch {
      continue;
    }
  }
  return "of unknown version";
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}
