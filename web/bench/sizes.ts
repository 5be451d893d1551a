// What a page weighs before it works: its HTML, the style it names and every script it loads.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { scriptsOf } from "../tests/bundle/built.ts";

export interface Size {
  raw: number;
  gzip: number;
  brotli: number;
}

export interface PageSizes {
  scripts: Size;
  styles: Size;
  html: Size;
}

/** Compressed as `write_pages.ts` does it: each file by itself, as hard as it goes. */
export function sizeOf(texts: readonly string[]): Size {
  const sum = (weigh: (text: string) => number) =>
    texts.reduce((all, text) => all + weigh(text), 0);
  return {
    raw: sum((text) => Buffer.byteLength(text)),
    gzip: sum((text) => gzipSync(text, { level: 9 }).length),
    brotli: sum((text) => brotliCompressSync(text).length),
  };
}

/** Of a surface in `dist`. */
export function sizesOf(surface: "patient" | "staff", dist: string): PageSizes {
  const html = readFileSync(join(dist, `${surface}.html`), "utf8");
  const styles = [...html.matchAll(/href="\/(assets\/[^"]+\.css)"/g)].map(([, name = ""]) =>
    readFileSync(join(dist, name), "utf8"),
  );
  return {
    scripts: sizeOf(scriptsOf(surface).map(({ text }) => text)),
    styles: sizeOf(styles),
    html: sizeOf([html]),
  };
}

/** Of a folder with one page in it, whatever its files are called. */
export function sizesOfFolder(folder: string): PageSizes {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const ending = (end: string) =>
    sizeOf(
      names.filter((name) => name.endsWith(end)).map((name) => readFileSync(join(folder, name), "utf8")),
    );
  return { scripts: ending(".js"), styles: ending(".css"), html: ending(".html") };
}
