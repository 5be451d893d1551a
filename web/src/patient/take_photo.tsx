// Page 5, the camera: the picture fills the screen, the shutter lies under the thumb.
import { useEffect, useRef, useState } from "preact/hooks";
import { CameraTrouble } from "./camera_trouble.tsx";
import { useHeadingFocus, useTitle } from "./page.tsx";
import {
  closeCamera,
  type Facing,
  hasLight,
  hasTwoCameras,
  openCamera,
  setLight,
  takeFrame,
} from "./photo/camera.ts";
import { makePhoto } from "./photo/photo.ts";
import { PhotoPicker, type Picked } from "./photo/photo_picker.tsx";
import { Waiting } from "./waiting.tsx";
import { words } from "./words.ts";

export interface TakePhotoProps {
  /** Which photo this will be, of how many. */
  number: number;
  of: number;
  places: number;
  picked: (picked: Picked) => void;
}

type Camera =
  | { is: "starting" }
  | { is: "live"; stream: MediaStream; canFlip: boolean; light: "none" | "off" | "on" }
  | { is: "refused" | "missing" | "busy" };

export function TakePhotoPage({ number, of, places, picked }: TakePhotoProps) {
  const [facing, setFacing] = useState<Facing>("environment");
  const [attempt, setAttempt] = useState(0);
  const camera = useCamera(facing, attempt);
  const video = useRef<HTMLVideoElement>(null);
  const heading = useHeadingFocus<HTMLHeadingElement>();
  useTitle(words.camera.title);

  const stream = camera.is === "live" ? camera.stream : undefined;
  useEffect(() => {
    if (video.current !== null && stream !== undefined) {
      video.current.srcObject = stream;
      void video.current.play().catch(() => undefined);
    }
  }, [stream]);

  if (camera.is === "refused" || camera.is === "missing" || camera.is === "busy") {
    return (
      <CameraTrouble
        why={camera.is}
        places={places}
        picked={picked}
        tryAgain={() => setAttempt((before) => before + 1)}
      />
    );
  }
  const shoot = async () => {
    const frame = video.current === null ? undefined : await takeFrame(video.current);
    if (frame !== undefined) {
      picked({ photos: [await makePhoto(frame, "image/jpeg", "camera")], refused: [] });
    }
  };
  return (
    <div class="camera">
      <h1 class="nhsuk-u-visually-hidden" tabIndex={-1} ref={heading}>
        {words.camera.title}
      </h1>
      <div class="camera__stage">
        {/* Muted and inline, or an iPhone would open its own player. */}
        <video
          class="camera__video"
          ref={video}
          muted
          playsInline
          autoplay
          aria-label={words.camera.live}
        />
        <p class="camera__count">{words.camera.guide(number, of)}</p>
        {camera.is === "starting" && (
          <div class="camera__starting">
            <Waiting for={words.camera.starting} />
          </div>
        )}
      </div>
      <div class="camera__controls">
        <button class="camera__side" type="button" onClick={() => history.back()}>
          {words.camera.close}
        </button>
        <button
          class="camera__shutter"
          type="button"
          aria-label={words.camera.shutter}
          disabled={camera.is !== "live"}
          onClick={() => void shoot()}
        />
        <span class="camera__more">
          {camera.is === "live" && camera.canFlip && (
            <button
              class="camera__side"
              type="button"
              onClick={() => setFacing(facing === "user" ? "environment" : "user")}
            >
              {words.camera.flip}
            </button>
          )}
          {camera.is === "live" && camera.light !== "none" && (
            <button class="camera__side" type="button" onClick={camera.switchLight}>
              {camera.light === "on" ? words.camera.lightOff : words.camera.lightOn}
            </button>
          )}
        </span>
      </div>
      <div class="camera__other">
        <PhotoPicker label={words.camera.choose} places={places} picked={picked} quiet />
      </div>
    </div>
  );
}

type LiveCamera = Extract<Camera, { is: "live" }>;
type UsedCamera = Exclude<Camera, LiveCamera> | (LiveCamera & { switchLight: () => void });

/** A camera as long as the page is there; it goes dark with the page. */
function useCamera(facing: Facing, attempt: number): UsedCamera {
  const [camera, setCamera] = useState<Camera>({ is: "starting" });
  useEffect(() => {
    let isGone = false;
    let stream: MediaStream | undefined;
    setCamera({ is: "starting" });
    void openCamera(facing).then(async (opened) => {
      if (opened.kind !== "live") {
        if (!isGone) {
          setCamera({ is: opened.kind });
        }
        return;
      }
      if (isGone) {
        closeCamera(opened.stream);
        return;
      }
      stream = opened.stream;
      const light = hasLight(stream) ? "off" : "none";
      const live = { is: "live", stream, canFlip: false, light } as const;
      setCamera(live);
      if ((await hasTwoCameras()) && !isGone) {
        setCamera({ ...live, canFlip: true });
      }
    });
    return () => {
      isGone = true;
      if (stream !== undefined) {
        closeCamera(stream);
      }
    };
  }, [facing, attempt]);

  if (camera.is !== "live") {
    return camera;
  }
  const switchLight = () => {
    const light = camera.light === "on" ? "off" : "on";
    void setLight(camera.stream, light === "on").then(() => setCamera({ ...camera, light }));
  };
  return { ...camera, switchLight };
}
