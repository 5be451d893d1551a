// A photo on this page: in memory and nowhere else, and gone with the page.

export type PhotoType = "image/jpeg" | "image/png";

/** The largest that is taken, as the functions have it: 25 MiB. */
export const LARGEST = 25 * 1024 * 1024;

export interface Photo {
  /** Of this page only. */
  key: string;
  bytes: Blob;
  type: PhotoType;
  /** Of `bytes`, lower-case hex. */
  sha256: string;
  source: "camera" | "file";
  /** Shows it; given back by `forget`. */
  url: string;
  /** Why it could not be sent, in words. */
  refusal?: string;
}

let made = 0;

/** Hashes the bytes and makes them showable. */
export async function makePhoto(
  bytes: Blob,
  type: PhotoType,
  source: Photo["source"],
): Promise<Photo> {
  const digest = await crypto.subtle.digest("SHA-256", await bytes.arrayBuffer());
  made += 1;
  return {
    key: `photo-${made}`,
    bytes,
    type,
    sha256: toHex(new Uint8Array(digest)),
    source,
    url: URL.createObjectURL(bytes),
  };
}

export function forget(photo: Photo): void {
  URL.revokeObjectURL(photo.url);
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
