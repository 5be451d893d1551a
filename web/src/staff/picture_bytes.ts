// Bytes of a picture straight from storage: kept in this page's memory alone, never in the
// browser's cache, and let go with the page that showed them.

export type Fetched =
  | { is: "here"; bytes: Blob }
  /** The read URL has ended: ask for a fresh one. */
  | { is: "url-ended" }
  | { is: "unreachable" };

export async function fetchPicture(url: string, signal: AbortSignal): Promise<Fetched> {
  try {
    const response = await fetch(url, {
      cache: "no-store",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      signal,
    });
    if (response.ok) return { is: "here", bytes: await response.blob() };
    return { is: response.status === 403 ? "url-ended" : "unreachable" };
  } catch {
    return { is: "unreachable" };
  }
}

/** SHA-256 as lower-case hex, to compare with what was filed. */
export async function fingerprint(bytes: Blob): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await bytes.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
