// What the patient wrote: it brings the pictures to the top of the inbox, in one line there, and
// stands beside each picture before everything else.
import assert from "node:assert/strict";
import test from "node:test";
import { wrongAtAnySize } from "../support/every_size.ts";
import { madeUpPerson } from "../support/person.ts";
import { ASHA } from "./support/colleague.ts";
import { signIn, sitDown } from "./support/desk.ts";
import { withPictures, type World } from "./world.ts";

const WORDS = "It smells bad and I have a fever.";

export function ownWords(world: () => World): void {
  test("the patient's own words are in the inbox row and first beside the picture", async () => {
    const { url, browser } = world();
    await withPictures(world(), madeUpPerson(), { healed: [0.5] });
    const { person } = await withPictures(world(), madeUpPerson(), { healed: [0, 0.5], note: WORDS });
    const desk = await sitDown(browser, url);
    const { page } = desk;
    await signIn(desk, ASHA);
    const rows = page.locator(".inbox__row");
    await rows.filter({ hasText: person.givenName }).first().waitFor();
    const texts = await rows.allTextContents();
    const lastWithWords = texts.map((text) => text.includes("“")).lastIndexOf(true);
    const firstWithout = texts.findIndex((text) => !text.includes("“"));
    assert.ok(lastWithWords < firstWithout, texts.join("\n"));
    const mine = rows.filter({ hasText: person.givenName });
    assert.equal(await mine.count(), 2);
    const line = mine.first().locator(".inbox__words");
    assert.equal(await line.textContent(), `“${WORDS}”`);
    assert.ok(((await line.boundingBox())?.height ?? 99) < 40, "one line");
    await mine.first().getByRole("link").click();
    await page.getByText("Unchanged since it was filed").waitFor();
    const beside = page.locator(".picture__facts > *").first();
    assert.match((await beside.textContent()) ?? "", /In the patient’s own words.*fever/s);
    assert.ok(await beside.getByText(WORDS).isVisible());
    assert.deepEqual(await wrongAtAnySize(page), []);
    assert.deepEqual(desk.complaints, []);
    await desk.context.close();
  });
}
