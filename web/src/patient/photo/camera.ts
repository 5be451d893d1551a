// The phone's camera, opened in the page: frames are in memory and nowhere else.

export type Facing = "environment" | "user";

export type Opened =
  | { kind: "live"; stream: MediaStream }
  /** Somebody said no, now or for all pages. */
  | { kind: "refused" }
  /** No camera, or a browser inside another app that lends none. */
  | { kind: "missing" }
  /** Another app holds it. */
  | { kind: "busy" };

/** Enough to see a wound closely, small enough for a bad signal. */
const IDEAL = { width: { ideal: 2560 }, height: { ideal: 1920 } };
const QUALITY = 0.92;

export async function openCamera(facing: Facing): Promise<Opened> {
  // Absent in some browsers inside other apps, whatever the types say.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices === undefined) {
    return { kind: "missing" };
  }
  try {
    const video = { ...IDEAL, facingMode: { ideal: facing } };
    return { kind: "live", stream: await devices.getUserMedia({ video, audio: false }) };
  } catch (error) {
    const name = error instanceof Error ? error.name : "";
    if (name === "NotAllowedError" || name === "SecurityError") {
      return { kind: "refused" };
    }
    return { kind: name === "NotReadableError" || name === "AbortError" ? "busy" : "missing" };
  }
}

export function closeCamera(stream: MediaStream): void {
  stream.getTracks().forEach((track) => track.stop());
}

export async function hasTwoCameras(): Promise<boolean> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter(({ kind }) => kind === "videoinput").length > 1;
}

/** Lights are in no browser's types yet; phones with Chrome have them. */
interface WithLight {
  torch?: boolean;
}

export function hasLight(stream: MediaStream): boolean {
  const [track] = stream.getVideoTracks();
  const able = track?.getCapabilities?.() as WithLight | undefined;
  return able?.torch === true;
}

export async function setLight(stream: MediaStream, isOn: boolean): Promise<void> {
  const [track] = stream.getVideoTracks();
  const wish: WithLight = { torch: isOn };
  await track?.applyConstraints({ advanced: [wish as MediaTrackConstraintSet] });
}

/** What the video shows now, as a JPEG of its full size; `undefined` where it shows nothing yet. */
export function takeFrame(video: HTMLVideoElement): Promise<Blob | undefined> {
  const { videoWidth: width, videoHeight: height } = video;
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  if (width === 0 || height === 0 || pen === null) {
    return Promise.resolve(undefined);
  }
  canvas.width = width;
  canvas.height = height;
  pen.drawImage(video, 0, 0, width, height);
  return new Promise((resolve) => {
    canvas.toBlob((blob) => resolve(blob ?? undefined), "image/jpeg", QUALITY);
  });
}
