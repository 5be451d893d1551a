// Pictures to look at that show nobody: skin and a wound that heals, drawn by the browser.
import type { Page } from "playwright-core";

/** A JPEG of a made-up wound; `healed` from 0 to 1. No two are the same file. */
export async function drawnPhoto(page: Page, healed = 0): Promise<Buffer> {
  const base64 = await page.evaluate(draw, { healed, seed: Math.random() });
  return Buffer.from(base64, "base64");
}

/** Runs in the browser. */
async function draw({ healed, seed }: { healed: number; seed: number }): Promise<string> {
  const canvas = new OffscreenCanvas(1600, 1200);
  const pen = canvas.getContext("2d");
  if (pen === null) throw new Error("this browser does not draw");
  const skin = pen.createRadialGradient(700, 500, 100, 800, 600, 1100);
  skin.addColorStop(0, "#d9a58a");
  skin.addColorStop(1, "#8f5f49");
  pen.fillStyle = skin;
  pen.fillRect(0, 0, 1600, 1200);
  pen.globalAlpha = 0.05;
  for (let spot = 0; spot < 4000; spot += 1) {
    const at = Math.sin(seed * 1000 + spot) * 10000;
    pen.fillStyle = spot % 2 === 0 ? "#ffffff" : "#3a1f14";
    pen.fillRect(Math.abs(at * 7) % 1600, Math.abs(at * 13) % 1200, 3, 3);
  }
  const rings = [
    { size: 1.35, colour: "#c9806f", alpha: 0.5 },
    { size: 1, colour: "#9c2f2a", alpha: 0.85 },
    { size: 0.6, colour: "#5e1512", alpha: 0.7 * (1 - healed) },
  ];
  for (const { size, colour, alpha } of rings) {
    pen.globalAlpha = alpha;
    pen.fillStyle = colour;
    pen.beginPath();
    const grown = size * (1 - 0.65 * healed);
    pen.ellipse(820, 590, 330 * grown, 120 * grown, 0.35, 0, 2 * Math.PI);
    pen.fill();
  }
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.85 });
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
