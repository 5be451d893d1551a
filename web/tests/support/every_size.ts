// A page or state as everybody meets it: on a phone, a tablet and a desk, with text twice as large,
// and as a screen reader hears it.
import type { Page } from "playwright-core";
import { doubleText, overflow, violations } from "./axe.ts";
import { sharedTexts } from "./lone_texts.ts";

export const SIZES = {
  small: { width: 320, height: 640 },
  middle: { width: 768, height: 1024 },
  wide: { width: 1280, height: 800 },
} as const;

/** Roles of what somebody operates, as browsers tell them to screen readers. */
const CONTROLS = new Set([
  "button",
  "checkbox",
  "combobox",
  "DisclosureTriangle",
  "link",
  "listbox",
  "menuitem",
  "option",
  "radio",
  "searchbox",
  "slider",
  "spinbutton",
  "switch",
  "tab",
  "textbox",
]);

/** One line for everything wrong, at any size; empty where all is well. The window ends small. */
export async function wrongAtAnySize(page: Page): Promise<string[]> {
  const found: string[] = [];
  const look = async (as: string) => {
    const wider = await overflow(page);
    if (wider > 0) found.push(`${as}: ${wider} pixels wider than the window`);
    found.push(...(await violations(page)).map((line) => `${as}: ${line}`));
  };
  for (const size of ["wide", "middle", "small"] as const) {
    await page.setViewportSize(SIZES[size]);
    await look(size);
  }
  await doubleText(page, true);
  await look("200 %");
  await doubleText(page, false);
  found.push(...(await nameless(page)), ...(await sharedTexts(page)));
  return found;
}

/** Controls that a screen reader would only call by their kind, by the browser's own tree. */
export async function nameless(page: Page): Promise<string[]> {
  const inspector = await page.context().newCDPSession(page);
  const { nodes } = await inspector.send("Accessibility.getFullAXTree");
  await inspector.detach();
  const controls = nodes.filter(({ ignored, role }) => !ignored && CONTROLS.has(String(role?.value)));
  return controls
    .filter(({ name }) => String(name?.value ?? "").trim() === "")
    .map(({ role, backendDOMNodeId }) => `a ${String(role?.value)} without a name (${backendDOMNodeId})`);
}
