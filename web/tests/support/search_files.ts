// Searches every file of a folder, and its name, for bytes.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

export interface Found {
  file: string;
  /** Which of those that were wanted. */
  what: string;
}

export function searchFiles(folder: string, wanted: ReadonlyMap<string, Buffer>): Found[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.flatMap((file) => {
    const path = join(folder, file);
    // Locks of a browser are links to nowhere.
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return [];
    const places = [Buffer.from(file), readFileSync(path)];
    return [...wanted]
      .filter(([, bytes]) => places.some((place) => place.includes(bytes)))
      .map(([what]) => ({ file, what }));
  });
}
