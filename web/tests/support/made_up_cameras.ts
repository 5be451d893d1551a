// A phone with several cameras, which Chromium on this machine does not have: each is a canvas of its
// own colour that moves, with a name and what it can do. Runs in the page, before anything of it.
import type { BrowserContext } from "playwright-core";
import { inEveryPage } from "./in_page.ts";

export interface MadeUpCamera {
  label: string;
  facing: "environment" | "user";
  colour: string;
  focusModes?: readonly string[];
  torch?: "works" | "fails";
}

/** The first of those at the back is the one that the made-up browser proposes. */
export async function withCameras(
  context: BrowserContext,
  cameras: readonly MadeUpCamera[],
): Promise<void> {
  await inEveryPage(context, (all) => {
    const asked: string[] = [];
    (window as { asked?: string[] }).asked = asked;
    let open = 0;
    // Goes on through all of them: no frame is like one before.
    let turn = 0;

    const stream = (camera: (typeof all)[number]): MediaStream => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [640, 480];
      const pen = canvas.getContext("2d");
      const draw = () => {
        if (pen === null) return;
        turn += 1;
        pen.fillStyle = camera.colour;
        pen.fillRect(0, 0, 640, 480);
        pen.fillStyle = "black";
        pen.fillRect(turn % 640, 0, 4, 4);
      };
      draw();
      const film = setInterval(draw, 50);
      const made = canvas.captureStream();
      const track = made.getVideoTracks()[0];
      if (track === undefined) throw new Error("no track");
      const stop = track.stop.bind(track);
      open += 1;
      Object.assign(track, {
        stop: () => {
          if (track.readyState === "live") open -= 1;
          clearInterval(film);
          stop();
        },
        getSettings: () => ({ deviceId: camera.label, facingMode: camera.facing }),
        getCapabilities: () => ({
          facingMode: [camera.facing],
          ...(camera.focusModes && { focusMode: camera.focusModes }),
          ...(camera.torch && { torch: true }),
        }),
        applyConstraints: () =>
          camera.torch === "works" ? Promise.resolve() : Promise.reject(new Error("no light")),
      });
      return made;
    };

    navigator.mediaDevices.enumerateDevices = () =>
      Promise.resolve(
        all.map(
          ({ label }) =>
            ({ kind: "videoinput", deviceId: label, groupId: "", label }) as MediaDeviceInfo,
        ),
      );
    navigator.mediaDevices.getUserMedia = (wish) => {
      const video = wish?.video as MediaTrackConstraints;
      const id = (video.deviceId as ConstrainDOMStringParameters | undefined)?.exact;
      const proposed = all.find(({ facing }) => facing === "environment") ?? all[0];
      const camera = id === undefined ? proposed : all.find(({ label }) => label === id);
      // Most phones lend one camera at a time.
      if (open > 0) return Promise.reject(new DOMException("one at a time", "NotReadableError"));
      if (camera === undefined) return Promise.reject(new DOMException("none", "NotFoundError"));
      asked.push(camera.label);
      return Promise.resolve(stream(camera));
    };
  }, cameras);
}
