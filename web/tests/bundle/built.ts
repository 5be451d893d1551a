// What `npm run build` left in dist/.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const DIST = fileURLToPath(new URL("../../dist/", import.meta.url));

export interface BuiltFile {
  name: string;
  text: string;
}

export function built(ending: ".js" | ".css"): BuiltFile[] {
  const names = readdirSync(`${DIST}assets`).filter((name) => name.endsWith(ending));
  return names.map((name) => ({ name, text: readFileSync(`${DIST}assets/${name}`, "utf8") }));
}

/** Scripts that a page loads before it works, by its HTML: entry and preloads. */
export function scriptsOf(page: "patient" | "staff"): BuiltFile[] {
  const html = readFileSync(`${DIST}${page}.html`, "utf8");
  const wanted = new Set([...html.matchAll(/\/assets\/([^"]+\.js)"/g)].map(([, name]) => name));
  const all = built(".js");
  // What a script imports it loads too, preloaded or not.
  for (;;) {
    const more = all
      .filter(({ name }) => wanted.has(name))
      .flatMap(({ text }) => [...text.matchAll(/["'`]\.?\/?(?:assets\/)?([\w-]+\.js)["'`]/g)])
      .map(([, name]) => name)
      .filter((name) => !wanted.has(name));
    if (more.length === 0) {
      return all.filter(({ name }) => wanted.has(name));
    }
    more.forEach((name) => wanted.add(name));
  }
}

export function gzipped(files: readonly BuiltFile[]): number {
  return files.reduce((sum, { text }) => sum + gzipSync(text, { level: 9 }).length, 0);
}
