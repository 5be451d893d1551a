// A browser that translates pages as Chrome does: it takes each text out of the page and puts an
// element of its own, with the words in the other language, in its place. It does so again with every
// text that comes later, and never looks again at what it has translated. Here the other language is
// the same one, so that tests find what they look for.
import type { BrowserContext, Page } from "playwright-core";
import { inEveryPage } from "./in_page.ts";

export async function translating(context: BrowserContext): Promise<void> {
  const others = "font, script, style, noscript, textarea, option, title, svg, [translate=no]";
  await inEveryPage(context, (untouched) => {
    const translate = (text: Text): void => {
      const { parentElement, data } = text;
      if (parentElement === null || !/\p{L}|\d/u.test(data)) return;
      if (parentElement.closest(untouched) !== null) return;
      const [outer, inner] = [document.createElement("font"), document.createElement("font")];
      inner.append(data);
      outer.append(inner);
      text.replaceWith(outer);
    };
    const translateAll = (root: Node): void => {
      const texts: Text[] = [];
      const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
      if (root instanceof Text) texts.push(root);
      while (walk.nextNode()) texts.push(walk.currentNode as Text);
      texts.forEach(translate);
    };
    new MutationObserver((changes) => {
      for (const { type, target, addedNodes } of changes) {
        if (type === "characterData") translate(target as Text);
        addedNodes.forEach(translateAll);
      }
    }).observe(document, { childList: true, characterData: true, subtree: true });
  }, others);
}

/** Fails where nothing was translated: then a test would say nothing. */
export async function isTranslated(page: Page): Promise<boolean> {
  return (await page.locator("#page font").count()) > 5;
}

/** Everything that can be read on the page, each run of spaces as one. */
export async function read(page: Page): Promise<string> {
  const text = await page.locator("body").innerText();
  return text.replace(/\s+/g, " ").trim();
}
