// After a reload: photos that were on their way. Their bytes were in the memory of the page that is
// gone. What arrived whole all the same is finished; the rest gives its place back, and is counted.
import type { Call } from "../api/call.ts";
import type { Problem } from "../api/problem.ts";
import type { CaptureShown } from "./journey.ts";

export interface Lost {
  shown: CaptureShown;
  lost: number;
  /** Why the newest state could not be had. */
  problem?: Problem;
}

export async function lostOf(
  capture: CaptureShown,
  call: Call,
  isHeld: (upload: string) => boolean,
): Promise<Lost> {
  const orphans = capture.uploads.filter(
    ({ upload, state }) => state === "granted" && !isHeld(upload),
  );
  if (orphans.length === 0) {
    return { shown: capture, lost: 0 };
  }
  const arrived = await Promise.all(orphans.map(({ upload }) => finishOrRemove(upload, call)));
  const again = await call("get", "/api/capture");
  return {
    shown: again.kind === "done" ? again.body : capture,
    lost: arrived.filter((whole) => !whole).length,
    ...(again.kind === "refused" ? { problem: again.problem } : {}),
  };
}

async function finishOrRemove(upload: string, call: Call): Promise<boolean> {
  const path = { upload };
  const finished = await call("post", "/api/capture/uploads/{upload}/finish", { path, body: {} });
  if (finished.kind === "done") {
    return true;
  }
  if (finished.kind === "refused" && finished.problem.kind === "not-arrived") {
    await call("delete", "/api/capture/uploads/{upload}", { path, body: {} });
  }
  return false;
}
