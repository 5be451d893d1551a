// A text as a QR code, drawn as one SVG path of squares: no canvas and no `data:` address, which the
// policy of the pages forbids.
import encodeQR from "qr";

/** The standard asks for four light modules around a code (ISO/IEC 18004). */
const QUIET = 4;

export interface QrDrawing {
  /** Modules on a side, the quiet ones included. */
  size: number;
  /** In units of a module. */
  path: string;
}

export function drawQr(text: string): QrDrawing {
  const modules = encodeQR(text, "raw", { ecc: "medium", border: QUIET });
  const runs = modules.flatMap((row, y) =>
    darkRuns(row).map(({ from, length }) => `M${from} ${y}h${length}v1h-${length}z`),
  );
  return { size: modules.length, path: runs.join("") };
}

function darkRuns(row: readonly boolean[]): { from: number; length: number }[] {
  const runs: { from: number; length: number }[] = [];
  row.forEach((isDark, x) => {
    const last = runs[runs.length - 1];
    if (!isDark) return;
    if (last !== undefined && last.from + last.length === x) last.length += 1;
    else runs.push({ from: x, length: 1 });
  });
  return runs;
}
