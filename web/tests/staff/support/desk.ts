// A desk with a browser, and what must never happen at it: an error in a page, something that the
// policy had to stop, a request to a place that is not ours.
import type { Browser, BrowserContext, Page } from "playwright-core";
import { SIZES } from "../../support/every_size.ts";
import { watch } from "../../support/watch.ts";
import type { Colleague } from "./colleague.ts";

export interface Desk {
  url: string;
  page: Page;
  context: BrowserContext;
  /** What went wrong in its pages: empty where all is well. */
  complaints: string[];
}

export interface DeskOptions {
  size?: { width: number; height: number };
  reducedMotion?: "reduce" | "no-preference";
  /** Origin of pictures, where that is no neighbour of the front. */
  storage?: string;
  /** Who signs staff in, where that is no neighbour of the front. */
  issuer?: string;
}

/** A window of its own, with its own cookies and storage. */
export async function sitDown(
  browser: Browser,
  url: string,
  { size = SIZES.wide, reducedMotion = "no-preference", ...places }: DeskOptions = {},
): Promise<Desk> {
  const context = await browser.newContext({ viewport: size, locale: "en-GB", reducedMotion });
  const complaints: string[] = [];
  context.on("page", (page) => watch(page, { url, complaints, neighbours: [2], ...places }));
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  return { url, page, context, complaints };
}

/** Signs in as a person would, at the page of `path`. */
export async function signIn({ page, url }: Desk, who: Colleague, path = "/staff"): Promise<void> {
  await page.goto(url + path);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: who.name }).click();
  await page.waitForURL((address) => address.pathname === path.split("?")[0]);
}
