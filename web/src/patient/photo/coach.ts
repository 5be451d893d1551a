// Help with a photo, never a wall: two things that spoil a photo and that a page can measure. It
// is careful to say nothing about a good one.

export interface Hints {
  isDark: boolean;
  isBlurred: boolean;
}

/** Mean brightness (0 to 255) below which more light would help. */
const DARK = 45;
/** Variance of the Laplacian below which hardly an edge is left. */
const BLURRED = 12;
/** Edge of the square in the middle that is looked at. */
const LOOKED_AT = 256;

/** `pixels`: RGBA, row by row. */
export function hintsOf(pixels: Uint8ClampedArray, width: number, height: number): Hints {
  const grey = new Float32Array(width * height);
  let sum = 0;
  for (let at = 0; at < grey.length; at += 1) {
    const [red = 0, green = 0, blue = 0] = pixels.subarray(at * 4, at * 4 + 3);
    const brightness = 0.299 * red + 0.587 * green + 0.114 * blue;
    grey[at] = brightness;
    sum += brightness;
  }
  const isDark = sum / grey.length < DARK;
  // In the dark there are no edges to find: one hint is enough.
  return { isDark, isBlurred: !isDark && edges(grey, width, height) < BLURRED };
}

/** Variance of the Laplacian: how much brightness changes from pixel to pixel. */
function edges(grey: Float32Array, width: number, height: number): number {
  let count = 0;
  let sum = 0;
  let squares = 0;
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      const at = y * width + x;
      const around =
        (grey[at - 1] ?? 0) + (grey[at + 1] ?? 0) + (grey[at - width] ?? 0) + (grey[at + width] ?? 0);
      const change = around - 4 * (grey[at] ?? 0);
      count += 1;
      sum += change;
      squares += change * change;
    }
  }
  return count === 0 ? 0 : squares / count - (sum / count) ** 2;
}

/** Looks at the middle of a picture that is shown; `undefined` where it cannot. */
export function lookAt(image: HTMLImageElement): Hints | undefined {
  const edge = Math.min(LOOKED_AT, image.naturalWidth, image.naturalHeight);
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  if (pen === null || edge < 3) {
    return undefined;
  }
  canvas.width = edge;
  canvas.height = edge;
  const left = (image.naturalWidth - edge) / 2;
  const top = (image.naturalHeight - edge) / 2;
  pen.drawImage(image, left, top, edge, edge, 0, 0, edge, edge);
  return hintsOf(pen.getImageData(0, 0, edge, edge).data, edge, edge);
}
