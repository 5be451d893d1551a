import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hasLight, setLight } from "./light.ts";

/** A camera whose light does as `shines` says. */
function camera(shines: "well" | "never" | "refuses" | "without-a-word"): MediaStream {
  let torch: boolean | undefined = shines === "without-a-word" ? undefined : false;
  const track = {
    getCapabilities: () => ({ torch: true }),
    getSettings: () => (torch === undefined ? {} : { torch }),
    applyConstraints: ({ advanced }: { advanced: [{ torch: boolean }] }) => {
      if (shines === "refuses") return Promise.reject(new Error("no"));
      if (shines === "well") torch = advanced[0].torch;
      return Promise.resolve();
    },
  };
  return { getVideoTracks: () => [track] } as unknown as MediaStream;
}

describe("the light of a camera", () => {
  test("is offered where there is one", () => {
    assert.equal(hasLight(camera("well")), true);
    assert.equal(hasLight({ getVideoTracks: () => [{}] } as unknown as MediaStream), false);
  });

  test("that does as it is told, or does not say what it does, has worked", async () => {
    assert.equal(await setLight(camera("well"), true), true);
    assert.equal(await setLight(camera("without-a-word"), true), true);
  });

  test("that refuses, or says yes and stays dark, has failed", async () => {
    assert.equal(await setLight(camera("refuses"), true), false);
    assert.equal(await setLight(camera("never"), true), false);
  });
});
