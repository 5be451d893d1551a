// Links that grew old, with the clock set forward: what the page says, and the way to a new one.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { launch, pickUpPhone } from "../support/browser.ts";
import { wrongAtAnySize } from "../support/every_size.ts";
import { openLink } from "../support/patient.ts";
import { startSystem } from "../support/running_system.ts";

test("an old link offers a new one, and is dead once that was sent", async () => {
  const data = mkdtempSync(join(tmpdir(), "aftersight-old-"));
  const then = await startSystem({ data });
  const asked = await then.staff.ask();
  await then.stop();
  const later = new Date(Date.now() + 11 * 24 * 3600 * 1000).toISOString();
  const now = await startSystem({ data, at: later });
  const { browser, close } = await launch();
  try {
    const { page, complaints } = await pickUpPhone(browser, { url: now.url });
    // The port is another one now; the code is the same.
    const code = new URL(asked.link).hash;
    await page.goto(`${now.url}/r${code}`);
    await page.getByRole("heading", { name: "This link is too old" }).waitFor();
    await page.getByText("Nothing that you sent is lost").waitFor();
    await page.getByText("020 7946 0018").first().waitFor();
    assert.deepEqual(await wrongAtAnySize(page), []);
    await page.getByRole("button", { name: "Send me a new link" }).click();
    await page.getByRole("heading", { name: "A new link is on its way" }).waitFor();
    assert.deepEqual(await wrongAtAnySize(page), []);

    const link = await now.staff.textTo(asked.person, asked.link);
    await page.goto(`${now.url}/r${code}`);
    await page.getByRole("heading", { name: "This link no longer works" }).waitFor();
    await page.getByText("A newer link was sent").waitFor();
    await openLink(page, link);
    await page.getByRole("heading", { name: /has asked/ }).waitFor();
    assert.deepEqual(complaints, []);
  } finally {
    await close();
    await now.stop();
    rmSync(data, { recursive: true, force: true });
  }
});
