// The phone's cameras, opened in the page: frames are in memory and nowhere else.
import { type Facing, facingOf, type SeenCamera } from "./camera_choice.ts";

/** The one at the back that the browser proposes, or one of those it named. */
export type Wanted = "back" | { id: string };

/** What becomes of a camera that is open: it sends no picture for a while, or never again. */
export type CameraNews = "muted" | "unmuted" | "ended";

export interface OpenCamera {
  /** As the browser calls it; some do not say. */
  id: string | undefined;
  stream: MediaStream;
  /** Whether it can make near things sharp, where it says. */
  focuses: boolean | undefined;
  isMuted: () => boolean;
  /** Tells what happens to it until it is told to stop. */
  watch: (told: (news: CameraNews) => void) => () => void;
  close: () => void;
}

export type Opened =
  | { kind: "live"; camera: OpenCamera }
  /** Somebody said no, now or for all pages. */
  | { kind: "refused" }
  /** No camera, or a browser inside another app that lends none. */
  | { kind: "missing" }
  /** Another app holds it. */
  | { kind: "busy" };

/** Enough to see a wound closely, small enough for a bad signal. */
const IDEAL = { width: { ideal: 2560 }, height: { ideal: 1920 } };
/** Phones do not always say that a camera has ended: it is looked at this often too. */
const LOOK = 1000;

/** Absent in some browsers inside other apps, whatever the types say. */
const devices = () => navigator.mediaDevices as MediaDevices | undefined;

export async function openCamera(wanted: Wanted): Promise<Opened> {
  const which =
    wanted === "back"
      ? { facingMode: { ideal: "environment" } }
      : { deviceId: { exact: wanted.id } };
  try {
    const media = devices();
    if (media === undefined) return { kind: "missing" };
    const stream = await media.getUserMedia({ video: { ...IDEAL, ...which }, audio: false });
    const [track] = stream.getVideoTracks();
    return track === undefined
      ? { kind: "missing" }
      : { kind: "live", camera: openedCamera(stream, track) };
  } catch (error) {
    const name = error instanceof Error ? error.name : "";
    if (name === "NotAllowedError" || name === "SecurityError") {
      return { kind: "refused" };
    }
    return { kind: name === "NotReadableError" || name === "AbortError" ? "busy" : "missing" };
  }
}

function openedCamera(stream: MediaStream, track: MediaStreamTrack): OpenCamera {
  return {
    id: track.getSettings().deviceId,
    stream,
    focuses: focuses(track),
    isMuted: () => track.muted,
    watch(told) {
      const names = ["mute", "unmute", "ended"] as const;
      const news = { mute: "muted", unmute: "unmuted", ended: "ended" } as const;
      const listen = (event: Event) => told(news[event.type as (typeof names)[number]]);
      const look = setInterval(() => track.readyState === "ended" && told("ended"), LOOK);
      names.forEach((name) => track.addEventListener(name, listen));
      return () => {
        clearInterval(look);
        names.forEach((name) => track.removeEventListener(name, listen));
      };
    },
    close: () => stream.getTracks().forEach((one) => one.stop()),
  };
}

/** In no browser's types yet; phones with Chrome say it. */
interface WithFocus {
  focusMode?: readonly string[];
}

function focuses(track: MediaStreamTrack): boolean | undefined {
  const able = track.getCapabilities?.() as WithFocus | undefined;
  const modes = able?.focusMode;
  return modes && (modes.includes("continuous") || modes.includes("single-shot"));
}

/** All cameras, in the browser's order. They have names only once one of them may be used. */
export async function listCameras(): Promise<SeenCamera[]> {
  const all = (await devices()?.enumerateDevices()) ?? [];
  return all
    .filter(({ kind, deviceId }) => kind === "videoinput" && deviceId !== "")
    .map((device) => ({
      id: device.deviceId,
      label: device.label,
      facing: saidFacing(device) ?? facingOf(device.label),
    }));
}

/** What the browser itself says of where a camera looks, in those that do. */
function saidFacing(device: MediaDeviceInfo): Facing | undefined {
  const able = (device as Partial<InputDeviceInfo>).getCapabilities?.();
  const said = able?.facingMode?.[0];
  return said === "environment" || said === "user" ? said : undefined;
}
