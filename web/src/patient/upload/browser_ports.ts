// What sending a photo needs of the browser: a PUT to another origin, and to know when to try again.

/** A block that has not been confirmed after this long is sent again. */
const PATIENCE = 60_000;
/** Seconds between attempts when nothing says that the signal is back. */
const PAUSES = [1, 2, 4, 8, 15];

/** No cookie goes along, and no address of ours: storage is another origin. */
export async function putToStorage(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: Blob | string,
  stop: AbortSignal,
): Promise<number | "cut"> {
  const giveUp = new AbortController();
  const abort = () => giveUp.abort();
  const timer = setTimeout(abort, PATIENCE);
  stop.addEventListener("abort", abort);
  try {
    const response = await fetch(url, {
      method: "PUT",
      headers,
      body,
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      referrerPolicy: "no-referrer",
      signal: giveUp.signal,
    });
    return response.status;
  } catch {
    return "cut";
  } finally {
    clearTimeout(timer);
    stop.removeEventListener("abort", abort);
  }
}

/**
 * Waits for the phone to say that it is online again, or for a while: phones are often wrong about
 * being online, both ways. False once `stop` was asked for.
 */
export function waitForSignal(attempt: number, stop: AbortSignal): Promise<boolean> {
  if (stop.aborted) {
    return Promise.resolve(false);
  }
  return new Promise((resolve) => {
    const seconds = PAUSES[Math.min(attempt, PAUSES.length) - 1] ?? 1;
    const timer = setTimeout(end, seconds * 1000);
    function end() {
      clearTimeout(timer);
      removeEventListener("online", end);
      stop.removeEventListener("abort", end);
      resolve(!stop.aborted);
    }
    addEventListener("online", end);
    stop.addEventListener("abort", end);
  });
}
