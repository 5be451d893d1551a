// A picture is compared with the submission before, the older on the left, and what each of them is
// stands on it. A dark page that cannot load says so in letters that can be read.
import assert from "node:assert/strict";
import test from "node:test";
import { wrongAtAnySize } from "../support/every_size.ts";
import { madeUpPerson } from "../support/person.ts";
import { ASHA } from "./support/colleague.ts";
import { signIn, sitDown } from "./support/desk.ts";
import { drawnPhoto } from "./support/drawn_photo.ts";
import { sendPhotos } from "./support/patient_sends.ts";
import { withPictures, type World } from "./world.ts";

export function comparing(world: () => World): void {
  test("comparison is with the submission before, and the words stand on the pictures", async () => {
    const { url, browser, script, easel } = world();
    const first = await withPictures(world(), madeUpPerson(), { healed: [0, 0.2] });
    const { patient, person } = first;
    const known = await script.links(person);
    const again = await script.ask(patient, person, {
      bodySite: "knee",
      laterality: "left",
      photos: 2,
    });
    assert.ok(!known.includes(again));
    const photos = [await drawnPhoto(easel, 0.6), await drawnPhoto(easel, 0.8)];
    const items = await sendPhotos({ script, patient, person }, again, photos);
    const added = items.map(({ item }) => item).filter((item) => !first.items.includes(item));
    assert.equal(added.length, 2);

    const desk = await sitDown(browser, url);
    const { page } = desk;
    await signIn(desk, ASHA, `/staff/patients/${patient}/pictures/${added[0]}`);
    await page.getByText("Unchanged since it was filed").waitFor();
    await page.getByRole("link", { name: /^Compare with the pictures sent before/ }).click();
    await page.locator(".stage img").nth(1).waitFor();
    const other = new URL(page.url()).pathname.split("/").at(-1) ?? "";
    assert.ok(page.url().includes(added[0] ?? "?"));
    assert.ok(first.items.some((item) => page.url().includes(item)), `${other}: another submission`);
    const words = page.locator(".stage__words");
    const [left = "", right = ""] = await words.allTextContents();
    assert.match(left, /^Older.*Left knee.*taken \w{3} \d+ \w{3} \d{4}/);
    assert.match(right, /^Newer.*Left knee.*taken .*the same day$/);
    assert.ok(!/today/.test(left + right));
    const places = await words.evaluateAll((all) => all.map((one) => one.getBoundingClientRect().x));
    assert.ok((places[0] ?? 9) < (places[1] ?? 0), "the older is on the left");
    await page.getByRole("link", { name: "One over the other" }).click();
    await page.locator(".stage__picture--over").waitFor();
    assert.equal(await words.count(), 2);
    assert.deepEqual(await wrongAtAnySize(page), []);
    assert.deepEqual(desk.complaints, []);
    await desk.context.close();
  });

  test("where a dark page cannot load, its button can be read and the inbox is a click away", async () => {
    const { url, browser } = world();
    const { patient, items } = await withPictures(world());
    const desk = await sitDown(browser, url);
    const { page } = desk;
    await signIn(desk, ASHA);
    await page.getByRole("heading", { name: "Inbox" }).waitFor();
    await page.route("**/api/patients/**", (route) => route.abort());
    await page.evaluate((to) => {
      history.pushState(null, "", to);
      dispatchEvent(new PopStateEvent("popstate"));
    }, `/staff/patients/${patient}/pictures/${items[0]}`);
    const button = page.getByRole("button", { name: "Try again" });
    await button.waitFor();
    // Not on the button: its colours under the pointer are the pattern's own.
    await page.mouse.move(0, 0);
    const [text = "", ground = ""] = await button.evaluate((element) => {
      let box: Element = element;
      while (getComputedStyle(box).backgroundColor === "rgba(0, 0, 0, 0)") {
        box = box.parentElement ?? document.documentElement;
      }
      return [getComputedStyle(element).color, getComputedStyle(box).backgroundColor];
    });
    const light = (colour: string) => {
      const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map((part) => {
        const share = Number(part) / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const [low = 0, high = 0] = [light(text), light(ground)].sort((one, two) => one - two);
    const contrast = (high + 0.05) / (low + 0.05);
    assert.ok(contrast >= 4.5, `${contrast} : 1, ${text} on ${ground}`);
    await page.getByRole("link", { name: "Go to the inbox" }).click();
    await page.getByRole("heading", { name: "Inbox" }).waitFor();
    await desk.context.close();
  });

  test("a page has margins at every width between a tablet and a wide screen", async () => {
    const { url, browser } = world();
    const desk = await sitDown(browser, url);
    const { page } = desk;
    await signIn(desk, ASHA);
    await page.getByRole("heading", { name: "Inbox" }).waitFor();
    for (const width of [1024, 1100, 1240, 1280, 1366]) {
      await page.setViewportSize({ width, height: 657 });
      const box = await page.locator("main").boundingBox();
      assert.ok((box?.x ?? 0) >= 16, `${width}: ${box?.x}`);
      assert.ok(width - (box?.x ?? 0) - (box?.width ?? 0) >= 16, `${width}`);
    }
    await desk.context.close();
  });
}
