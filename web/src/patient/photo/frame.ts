// A frame of what the camera shows, and whether it is one of now.

const QUALITY = 0.92;
/** A camera in bad light takes its time; one that takes longer than this stands still. */
const PATIENCE = 2500;

/** True once the video shows another frame than it did; false where none comes. */
export function nextFrame(video: HTMLVideoElement, patience = PATIENCE): Promise<boolean> {
  return new Promise((resolve) => {
    let isOver = false;
    const end = (came: boolean) => {
      isOver = true;
      clearTimeout(timer);
      resolve(came);
    };
    const timer = setTimeout(() => end(false), patience);
    // Absent before Safari 15.4.
    const { requestVideoFrameCallback } = video as Partial<HTMLVideoElement>;
    if (requestVideoFrameCallback !== undefined) {
      requestVideoFrameCallback.call(video, () => end(true));
      return;
    }
    const before = video.currentTime;
    const look = () => {
      if (!isOver && video.currentTime !== before) end(true);
      else if (!isOver) requestAnimationFrame(look);
    };
    look();
  });
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
