// What axe-core finds on a page, with the one rule that it leaves off switched on: the size of
// targets (WCAG 2.2, 2.5.8). And whether a page is wider than its window.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const SOURCE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

interface Found {
  violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[];
}

/** One line for each violation; empty where there is none. */
export async function violations(page: Page): Promise<string[]> {
  // Not by a script tag: the policy of the pages allows none but their own.
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(SOURCE);
  const options = { runOnly: TAGS, rules: { "target-size": { enabled: true } } };
  const found = await page.evaluate<Found>(`axe.run(document, ${JSON.stringify(options)})`);
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ""}`),
  );
}

/** By how many pixels the page is wider than its window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(
    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
  );
}

/** Twice the size of text, as a person sets it in their browser. */
export async function doubleText(page: Page, on: boolean): Promise<void> {
  await page.evaluate(`document.documentElement.style.fontSize = ${on ? "'200%'" : "''"}`);
}
