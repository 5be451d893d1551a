// Hands that only have a keyboard: they go on with Tab until the control has the focus, and see
// that it has. No test that uses them may call a mouse.
import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";

/** More controls than any page has between two of them. */
const MOST_STEPS = 150;

export class Keyboard {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Goes to `control`, which must look different once it has the focus (WCAG 2.4.7). */
  async to(control: Locator): Promise<void> {
    await control.waitFor({ state: "attached" });
    const isThere = () => control.evaluate((element) => element === document.activeElement);
    if (await isThere()) return;
    const plain = await control.evaluate(looks);
    for (let steps = 0; steps < MOST_STEPS; steps += 1) {
      await this.page.keyboard.press("Tab");
      if (await isThere()) {
        assert.notEqual(await control.evaluate(looks), plain, `${String(control)}: focus is not seen`);
        return;
      }
    }
    assert.fail(`Tab never came to ${String(control)}`);
  }

  async press(control: Locator, key = "Enter"): Promise<void> {
    await this.to(control);
    await this.page.keyboard.press(key);
  }

  button(name: string | RegExp): Promise<void> {
    return this.press(this.page.getByRole("button", { name, exact: typeof name === "string" }));
  }

  link(name: string | RegExp): Promise<void> {
    return this.press(this.page.getByRole("link", { name, exact: typeof name === "string" }).first());
  }

  /** A field or a list to choose from, which takes letters too. */
  async type(label: string, text: string): Promise<void> {
    await this.to(this.page.getByLabel(label, { exact: true }));
    await this.page.keyboard.press("ControlOrMeta+a");
    await this.page.keyboard.type(text);
  }

  async tick(label: string): Promise<void> {
    await this.press(this.page.getByLabel(label, { exact: true }), "Space");
  }

  /** A new page says where it is: its heading takes the focus. */
  async arrives(heading: string | RegExp): Promise<void> {
    const title = this.page.getByRole("heading", { name: heading, level: 1 });
    await title.waitFor();
    const is = () => title.evaluate((element) => element === document.activeElement);
    assert.ok(await is(), `${String(heading)} has no focus`);
  }
}

/** Everything about an element and what stands around it that could show a focus. */
function looks(element: Element): string {
  const around = [element, element.parentElement, element.nextElementSibling];
  const styles = around.flatMap((one) =>
    one === null ? [] : [null, "::before", "::after"].map((part) => getComputedStyle(one, part)),
  );
  return styles
    .map((style) =>
      [
        style.outlineStyle === "none" ? "" : style.outline,
        style.boxShadow,
        style.borderColor,
        style.borderWidth,
        style.backgroundColor,
        style.stroke,
        style.strokeWidth,
      ].join(),
    )
    .join("|");
}
