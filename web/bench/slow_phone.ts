// An old phone at the edge of the signal, by Chromium's own throttling, and a watch inside the page
// that says when a control could be used: from outside each look would cost the phone time.
import type { Browser, BrowserContext, Page } from "playwright-core";

const BYTES_PER_SECOND = 400_000 / 8;
const ROUND_TRIP = 400;
const CPU_DIVISOR = 6;

export const CONDITIONS = `400 kbit/s down and up, ${ROUND_TRIP} ms a round trip, CPU ÷ ${CPU_DIVISOR}`;

/** Times count from the last tap, or from the start of the load where nobody has tapped yet. */
const WATCH = `(() => {
  let tapped = 0;
  addEventListener("click", () => { tapped = performance.now(); }, true);
  const nameOf = (control) =>
    (control.getAttribute("aria-label") ?? control.labels?.[0]?.textContent ?? control.textContent).trim();
  const isUsable = (control) => !control.matches(":disabled") && control.getClientRects().length > 0;
  const lastBlock = () =>
    Math.max(...performance.getEntriesByType("resource")
      .filter(({ name }) => /comp=block(&|$)/.test(name))
      .map(({ responseEnd }) => responseEnd));
  window.usable = (name, sinceLastBlock) => new Promise((resolve) => {
    const look = () => {
      const controls = [...document.querySelectorAll("button, input, select, textarea")];
      const heading = document.querySelector("h1");
      if (
        controls.some((control) => isUsable(control) && nameOf(control) === name) ||
        heading?.textContent.startsWith(name)
      ) {
        resolve(performance.now() - (sinceLastBlock ? lastBlock() : tapped));
      } else {
        requestAnimationFrame(look);
      }
    };
    look();
  });
})();`;

export interface SlowPhone {
  context: BrowserContext;
  page: Page;
}

/** A phone that has never been here: nothing of the page is on it. */
export async function pickUpSlowPhone(browser: Browser, origin: string): Promise<SlowPhone> {
  const context = await browser.newContext({
    viewport: { width: 360, height: 740 },
    hasTouch: true,
    locale: "en-GB",
  });
  await context.grantPermissions(["camera"], { origin });
  const page = await context.newPage();
  page.on("dialog", (dialog) => void dialog.accept());
  await page.addInitScript(WATCH);
  const devTools = await context.newCDPSession(page);
  await devTools.send("Network.enable");
  await devTools.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: ROUND_TRIP,
    downloadThroughput: BYTES_PER_SECOND,
    uploadThroughput: BYTES_PER_SECOND,
  });
  await devTools.send("Emulation.setCPUThrottlingRate", { rate: CPU_DIVISOR });
  return { context, page };
}

/** Milliseconds from the start of the load until `control` is visible and enabled. */
export async function load(page: Page, address: string, control: string): Promise<number> {
  await page.addInitScript(`window.loaded = window.usable(${JSON.stringify(control)})`);
  await page.goto(address, { waitUntil: "commit" });
  return page.evaluate<number>("window.loaded");
}

export interface Step {
  /** Ends with the tap that asks for the next page. */
  act: () => Promise<void>;
  /** What the next page is for, or how its heading begins; the page before has nothing of that name. */
  control: string;
  /** Counts from the last byte of the photos, which take as long as they take. */
  sinceLastBlock?: boolean;
}

/** Milliseconds from the tap until the next page's control is visible and enabled. */
export async function step(page: Page, { act, control, sinceLastBlock }: Step): Promise<number> {
  const words = [control, sinceLastBlock === true].map((word) => JSON.stringify(word));
  const [time] = await Promise.all([page.evaluate<number>(`usable(${words.join()})`), act()]);
  return time;
}
