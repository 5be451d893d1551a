// The last step of a build: compresses every text file beside itself, and writes `dist/pages.json`,
// the one list from which `www-pages` serves. What the server would have to guess or compute for
// each answer (type, ETag, how long it may be kept) is settled here, once.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const DIST = fileURLToPath(new URL("../dist", import.meta.url));

/** What a file is, and whether its text is worth compressing. */
const TYPES: Record<string, { contentType: string; isText: boolean }> = {
  ".css": { contentType: "text/css; charset=utf-8", isText: true },
  ".html": { contentType: "text/html; charset=utf-8", isText: true },
  ".js": { contentType: "text/javascript; charset=utf-8", isText: true },
  ".png": { contentType: "image/png", isText: false },
  ".svg": { contentType: "image/svg+xml", isText: true },
};

interface Page {
  contentType: string;
  /** SHA-256 of the plain bytes, lower-case hex; the ETag is made of it. */
  sha256: string;
  /** The name holds a hash of the content, so that it can be kept for ever. */
  immutable?: true;
  /** The style of the notices, which the server writes itself. */
  notice?: true;
}

function filesUnder(folder: string, prefix = ""): string[] {
  return readdirSync(join(folder, prefix), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesUnder(folder, `${prefix}${entry.name}/`) : [prefix + entry.name],
  );
}

function describe(name: string): Page {
  const type = TYPES[extname(name)];
  if (type === undefined) {
    throw new Error(`${name}: say in TYPES what such a file is`);
  }
  const plain = readFileSync(join(DIST, name));
  const compressed = type.isText
    ? ([
        ["br", brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } })],
        ["gz", gzipSync(plain, { level: 9 })],
      ] as const)
    : [];
  for (const [ending, bytes] of compressed.filter(([, bytes]) => bytes.length < plain.length)) {
    writeFileSync(join(DIST, `${name}.${ending}`), bytes);
  }
  return {
    contentType: type.contentType,
    sha256: createHash("sha256").update(plain).digest("hex"),
    ...(name.startsWith("assets/") ? { immutable: true } : {}),
    ...(/^assets\/notice-[^/]*\.css$/.test(name) ? { notice: true } : {}),
  };
}

const isMadeHere = (name: string) => /\.(br|gz)$/.test(name) || name === "pages.json";
const files = filesUnder(DIST);
for (const name of files.filter(isMadeHere)) {
  rmSync(join(DIST, name));
}
const names = files.filter((name) => !isMadeHere(name)).sort();
const pages = Object.fromEntries(names.map((name) => [name, describe(name)]));
writeFileSync(join(DIST, "pages.json"), `${JSON.stringify(pages, null, 2)}\n`);
console.log(`${names.length} files in dist/pages.json`);
