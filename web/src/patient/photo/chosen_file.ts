// A file from the picker: what it really is, read from its first bytes. The bytes are taken as they
// are; nothing is drawn anew, so that what the clinician sees is what the phone took.
import { LARGEST, type PhotoType } from "./photo.ts";

export type FileRefused = "heic" | "not-a-picture" | "too-large" | "empty" | "unreadable";

export type ChosenFile =
  | { kind: "picture"; bytes: Blob; type: PhotoType }
  | { kind: "refused"; why: FileRefused };

const HEIC_BRANDS = ["heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1"];

/** What the first bytes say: never the name, never the type that the phone claims. */
export function sniff(head: Uint8Array): PhotoType | "heic" | undefined {
  const starts = (...bytes: number[]) => bytes.every((byte, index) => head[index] === byte);
  const text = (from: number, to: number) => String.fromCharCode(...head.subarray(from, to));
  if (starts(0xff, 0xd8, 0xff)) {
    return "image/jpeg";
  }
  if (starts(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) {
    return "image/png";
  }
  return text(4, 8) === "ftyp" && HEIC_BRANDS.includes(text(8, 12)) ? "heic" : undefined;
}

/** Reads the whole file at once: a picker's file may vanish while the patient looks at it. */
export async function readChosenFile(file: File): Promise<ChosenFile> {
  if (file.size === 0) {
    return { kind: "refused", why: "empty" };
  }
  try {
    const head = new Uint8Array(await file.slice(0, 16).arrayBuffer());
    const type = sniff(head);
    if (type === undefined || type === "heic") {
      return { kind: "refused", why: type ?? "not-a-picture" };
    }
    if (file.size > LARGEST) {
      return { kind: "refused", why: "too-large" };
    }
    return { kind: "picture", bytes: new Blob([await file.arrayBuffer()]), type };
  } catch {
    return { kind: "refused", why: "unreadable" };
  }
}
