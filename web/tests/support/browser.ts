// Debian's Chromium with a camera that films a made-up wound, and pages that are watched: what they
// ask of other origins, what their policy had to stop, what goes wrong in their scripts.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { writeCameraFilm } from "./pictures.ts";
import { trusting } from "./running_system.ts";
import { watch } from "./watch.ts";

export interface TestBrowser {
  browser: Browser;
  close: () => Promise<void>;
}

export interface LaunchOptions {
  /** Extra switches of Chromium. */
  switches?: readonly string[];
  /** Origin of pictures; that of the system that runs already without it. */
  storage?: string;
}

export async function launch({ switches = [], storage }: LaunchOptions = {}): Promise<TestBrowser> {
  const pictures = storage ?? process.env["AFTERSIGHT_STORAGE"] ?? "http://127.0.0.1";
  const folder = mkdtempSync(join(tmpdir(), "aftersight-camera-"));
  const film = join(folder, "wound.y4m");
  writeCameraFilm(film);
  const browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: [
      "--use-fake-device-for-media-stream",
      `--use-file-for-fake-video-capture=${film}`,
      ...(await trusting(pictures)),
      ...switches,
    ],
  });
  const close = async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { browser, close };
}

/** A phone in somebody's hand, and everything suspicious that its pages did. */
export interface Phone {
  context: BrowserContext;
  page: Page;
  /** What must stay empty: policy violations, errors in scripts, requests to strangers. */
  complaints: string[];
}

export interface PhoneOptions {
  url: string;
  /** Origin of pictures, where that is another than usual. */
  storage?: string;
  width?: number;
  height?: number;
  camera?: "allowed" | "refused";
  reducedMotion?: boolean;
  javaScript?: boolean;
  /** Pixels of a screenshot for each pixel of the page. */
  scale?: number;
}

export async function pickUpPhone(browser: Browser, options: PhoneOptions): Promise<Phone> {
  const { url, width = 360, height = 740, camera = "allowed" } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    deviceScaleFactor: options.scale ?? 1,
    hasTouch: true,
    javaScriptEnabled: options.javaScript ?? true,
    reducedMotion: options.reducedMotion === true ? "reduce" : "no-preference",
    locale: "en-GB",
  });
  if (camera === "allowed") {
    await context.grantPermissions(["camera"], { origin: url });
  }
  const page = await context.newPage();
  const complaints: string[] = [];
  const places = options.storage === undefined ? {} : { storage: options.storage };
  watch(page, { url, complaints, neighbours: [], ...places });
  // Photos on the page are worth a question; the tests mean it when they leave.
  page.on("dialog", (dialog) => void dialog.accept());
  return { context, page, complaints };
}
