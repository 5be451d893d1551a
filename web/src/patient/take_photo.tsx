// Page 5, the camera: the picture fills the screen, the shutter lies under the thumb. While the
// camera shows nothing of now the shutter is off, and the page says why.
import { useEffect, useRef, useState } from "preact/hooks";
import { CameraTrouble } from "./camera_trouble.tsx";
import { useHeadingFocus, useTitle } from "./page.tsx";
import { nextFrame, takeFrame } from "./photo/frame.ts";
import { makePhoto } from "./photo/photo.ts";
import { PhotoPicker, type Picked } from "./photo/photo_picker.tsx";
import { useCamera, useLight } from "./use_camera.ts";
import { Waiting } from "./waiting.tsx";
import { words } from "./words.ts";

export interface TakePhotoProps {
  /** Which photo this will be, of how many. */
  number: number;
  of: number;
  places: number;
  picked: (picked: Picked) => void;
}

export function TakePhotoPage({ number, of, places, picked }: TakePhotoProps) {
  const { state: camera, next, again, still } = useCamera();
  const video = useRef<HTMLVideoElement>(null);
  const isShooting = useRef(false);
  const [isMissed, setMissed] = useState(false);
  const heading = useHeadingFocus<HTMLHeadingElement>();
  useTitle(words.camera.title);

  const stream = camera.is === "live" ? camera.stream : undefined;
  const { light, change } = useLight(stream);
  useEffect(() => {
    if (video.current === null) return;
    // Nothing is left standing of a camera that has stopped: it would look like now.
    video.current.srcObject = stream ?? null;
    if (stream !== undefined) void video.current.play().catch(() => undefined);
  }, [stream]);

  if (camera.is === "refused" || camera.is === "missing" || camera.is === "busy") {
    return <CameraTrouble why={camera.is} places={places} picked={picked} tryAgain={again} />;
  }
  const shoot = async () => {
    const shown = video.current;
    if (shown === null || isShooting.current) return;
    isShooting.current = true;
    setMissed(false);
    // A phone that saves power does not start a video by itself, but after a tap it does.
    if (shown.paused) void shown.play().catch(() => undefined);
    const frame = (await nextFrame(shown)) ? await takeFrame(shown) : undefined;
    isShooting.current = false;
    // Stopped meanwhile: the page has said why.
    if (shown.srcObject !== stream) return;
    if (frame === undefined) {
      setMissed(true);
      return still();
    }
    picked({ photos: [await makePhoto(frame, "image/jpeg", "camera")], refused: [] });
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
        <div class="camera__said" role="alert">
          {camera.is === "stopped" && (
            <>
              <p>{words.camera.stopped[camera.why]}</p>
              <p>{words.camera.opensAgain}</p>
            </>
          )}
          {isMissed && <p>{words.camera.missed}</p>}
          {light === "failed" && <p>{words.camera.lightFailed}</p>}
        </div>
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
          {camera.is === "live" && camera.count > 1 && (
            <button class="camera__side" type="button" onClick={next}>
              {words.camera.flip}
            </button>
          )}
          {light !== "none" && (
            <button class="camera__side" type="button" onClick={change}>
              {light === "on" ? words.camera.lightOff : words.camera.lightOn}
            </button>
          )}
        </span>
      </div>
      <div class="camera__other">
        <PhotoPicker label={words.camera.choose} places={places} picked={picked} quiet />
      </div>
      {/* What a picture tells those who see it: that another camera looks now, and which. */}
      <p class="nhsuk-u-visually-hidden" role="status">
        {camera.is === "live" && camera.count > 1 && words.camera.which(camera.number, camera.count)}
      </p>
    </div>
  );
}
