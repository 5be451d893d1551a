// Texts that share their element with anything else: a browser that translates the page would freeze
// them, or leave them standing when they should go. A page without a script changes nothing.
import type { Page } from "playwright-core";

/** One line for each; empty where every text stands alone. */
export function sharedTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const shared: string[] = [];
    if (document.scripts.length === 0) return shared;
    const root = document.querySelector("#page") ?? document.body;
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const { parentElement, data } = walk.currentNode as Text;
      if (data.trim() === "" || parentElement === null) continue;
      if (parentElement.closest("option, textarea, svg, style, script") !== null) continue;
      if (parentElement.childNodes.length > 1) shared.push(`a text that shares <${parentElement.localName}>: ${data}`);
    }
    return shared;
  });
}
