// How a picture stands in its frame: turned up, zoomed and panned, never lost out of sight. Pure:
// the component hands in wheel turns, pinches and keys, and draws what comes out.

/** Scale 1 fits the whole picture; the offsets are in frame pixels from the centred place. */
export interface View {
  scale: number;
  x: number;
  y: number;
}

/** The frame, and the picture in it at scale 1, in CSS pixels. */
export interface Frame {
  width: number;
  height: number;
  fitWidth: number;
  fitHeight: number;
}

export const WHOLE: View = { scale: 1, x: 0, y: 0 };
export const CLOSEST = 8;
/** One press of + or −. */
export const STEP = 1.5;

/** The picture as large as it fits into the frame. */
export function fit(
  width: number,
  height: number,
  natural: { width: number; height: number },
): Frame {
  const scale = Math.min(width / natural.width, height / natural.height);
  return { width, height, fitWidth: natural.width * scale, fitHeight: natural.height * scale };
}

/** Zooms by `factor`, keeping the point at (`x`, `y`) from the frame's centre where it is. */
export function zoom(view: View, factor: number, frame: Frame, x = 0, y = 0): View {
  const scale = Math.min(CLOSEST, Math.max(1, view.scale * factor));
  const grown = scale / view.scale;
  return held({ scale, x: x - (x - view.x) * grown, y: y - (y - view.y) * grown }, frame);
}

export function pan(view: View, dx: number, dy: number, frame: Frame): View {
  return held({ ...view, x: view.x + dx, y: view.y + dy }, frame);
}

/** No further than the picture's edge at the frame's edge; centred where it is smaller. */
function held(view: View, frame: Frame): View {
  const roomX = Math.max(0, (frame.fitWidth * view.scale - frame.width) / 2);
  const roomY = Math.max(0, (frame.fitHeight * view.scale - frame.height) / 2);
  const within = (offset: number, room: number) => Math.min(room, Math.max(-room, offset)) || 0;
  return { scale: view.scale, x: within(view.x, roomX), y: within(view.y, roomY) };
}

/** What a key does to the view; `undefined` where it is not one of ours. */
export function keyed(view: View, key: string, frame: Frame): View | undefined {
  const far = Math.min(frame.width, frame.height) / 5;
  switch (key) {
    case "+":
    case "=":
      return zoom(view, STEP, frame);
    case "-":
      return zoom(view, 1 / STEP, frame);
    case "0":
      return WHOLE;
    case "ArrowLeft":
      return view.scale > 1 ? pan(view, far, 0, frame) : undefined;
    case "ArrowRight":
      return view.scale > 1 ? pan(view, -far, 0, frame) : undefined;
    case "ArrowUp":
      return view.scale > 1 ? pan(view, 0, far, frame) : undefined;
    case "ArrowDown":
      return view.scale > 1 ? pan(view, 0, -far, frame) : undefined;
    default:
      return undefined;
  }
}
