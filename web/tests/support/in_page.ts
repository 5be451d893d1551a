// Scripts that run in a page before anything of it. What compiles the tests marks functions with
// their names by a helper of its own, which a page does not have.
import type { BrowserContext } from "playwright-core";

export async function inEveryPage<T>(
  context: BrowserContext,
  script: (argument: T) => void,
  argument: T,
): Promise<void> {
  await context.addInitScript({ content: "globalThis.__name = (made) => made;" });
  await context.addInitScript(script as (argument: unknown) => void, argument);
}
