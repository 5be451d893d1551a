// A file from the picker: what it really is, read from its first bytes. The bytes are taken as they
// are; nothing is drawn anew, so that what the clinician sees is what the phone took.
import { LARGEST, type PhotoType } from "./photo.ts";

/** Kinds that other programs show and this service does not take, named to the patient before anything is sent. */
export type OtherKind = "heic" | "webp" | "avif" | "gif" | "tiff" | "bmp" | "video";

export type FileRefused = OtherKind | "not-a-picture" | "too-large" | "empty" | "unreadable";

export type ChosenFile =
  | { kind: "picture"; bytes: Blob; type: PhotoType }
  | { kind: "refused"; why: FileRefused };

const HEIC_BRANDS = ["heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1"];
const STARTS: readonly (readonly [string, PhotoType | OtherKind])[] = [
  ["\xff\xd8\xff", "image/jpeg"],
  ["\x89PNG\r\n\x1a\n", "image/png"],
  ["GIF8", "gif"],
  ["II*\0", "tiff"],
  ["MM\0*", "tiff"],
  ["\x1a\x45\xdf\xa3", "video"],
  ["BM", "bmp"],
];

/** What the first bytes say: never the name, never the type that the phone claims. */
export function sniff(head: Uint8Array): PhotoType | OtherKind | undefined {
  const text = (from: number, to: number) => String.fromCharCode(...head.subarray(from, to));
  if (text(4, 8) === "ftyp") {
    const brand = text(8, 12);
    return HEIC_BRANDS.includes(brand) ? "heic" : brand.startsWith("avi") ? "avif" : "video";
  }
  if (text(0, 4) === "RIFF") {
    const kinds: Record<string, OtherKind> = { WEBP: "webp", "AVI ": "video" };
    return kinds[text(8, 12)];
  }
  if (["moov", "mdat", "wide"].includes(text(4, 8))) {
    return "video";
  }
  return STARTS.find(([start]) => text(0, start.length) === start)?.[1];
}

/** Reads the whole file at once: a picker's file may vanish while the patient looks at it. */
export async function readChosenFile(file: File): Promise<ChosenFile> {
  if (file.size === 0) {
    return { kind: "refused", why: "empty" };
  }
  try {
    const head = new Uint8Array(await file.slice(0, 16).arrayBuffer());
    const type = sniff(head);
    if (type !== "image/jpeg" && type !== "image/png") {
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
