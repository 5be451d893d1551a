// R27, R28. Photos are taken in the room: staff hand the link over as a code to scan or open it on
// their own device, the patient's road is the usual one, and both surfaces live in one browser.
import assert from "node:assert/strict";
import test from "node:test";
import type { Page } from "playwright-core";
import decodeQR from "qr/decode.js";
import { launch } from "../support/browser.ts";
import { Keyboard } from "../support/keyboard.ts";
import { agree, confirm, send, takePhoto } from "../support/patient.ts";
import { madeUpPerson } from "../support/person.ts";
import { until } from "../support/staff.ts";
import { ASHA } from "./support/colleague.ts";
import { signIn, sitDown } from "./support/desk.ts";
import type { World } from "./world.ts";

export function inTheRoom(world: () => World): void {
  byKeyboardInTheRoom(world);

  test("photos taken now: the link is handed over, and the photo is in the timeline", async (t) => {
    const { url, script, easel } = world();
    const { browser, close } = await launch();
    t.after(close);
    const person = madeUpPerson();
    const patient = await script.addPatient(person);
    const desk = await sitDown(browser, url);
    await desk.context.grantPermissions(["camera"], { origin: url });
    const { page } = desk;
    await signIn(desk, ASHA, `/staff/patients/${patient}`);

    await page.getByRole("link", { name: "Take photos now" }).click();
    assert.equal(await page.getByLabel("How long does the link work?").count(), 0);
    assert.equal(await page.getByLabel("Last three digits").count(), 0);
    assert.equal(await page.locator(".text-preview").count(), 0);
    await page.getByLabel("Why do you need the photos?").fill("To see how your knee heals");
    await page.getByRole("button", { name: "left knee" }).click();
    await page.getByRole("button", { name: "Make the link" }).click();
    await page.getByRole("heading", { name: "Hand over" }).waitFor();
    const link = (await page.locator(".hand-over__letters").textContent()) ?? "";
    assert.ok(link.startsWith(`${url}/r#`), link);
    const code = page.getByRole("img", { name: /^QR code of the link/ });
    assert.equal(await scanned(easel, await code.screenshot()), link);

    const open = page.getByRole("link", { name: "Open on this device" });
    assert.equal(await open.getAttribute("rel"), "noopener noreferrer");
    const [tab] = await Promise.all([desk.context.waitForEvent("page"), open.click()]);
    await tab.getByRole("button", { name: /^I am/ }).click();
    assert.equal(await tab.evaluate(() => window.opener), null);
    assert.equal(new URL(tab.url()).hash, "");
    await tab.getByRole("heading", { name: "Confirm who the patient is" }).waitFor();
    await confirm(tab, person);
    await agree(tab);
    await takePhoto(tab, "Open the camera");
    await send(tab);
    await tab.getByText("Wound Care Team has your photo.").waitFor({ timeout: 60_000 });

    await page.getByRole("link", { name: "Back to the patient" }).click();
    await page.locator(".request__state", { hasText: "Photos sent" }).waitFor();
    await page.locator(".timeline .thumbnail img").waitFor();
    assert.deepEqual(await script.links(person), [], "nothing was texted");
    assert.deepEqual(desk.complaints, []);
  });

  test("the link is forgotten with the page, and the request says what became of it", async () => {
    const { url, browser, script } = world();
    const person = madeUpPerson();
    const patient = await script.addPatient(person);
    const desk = await sitDown(browser, url);
    const { page } = desk;
    await signIn(desk, ASHA, `/staff/patients/${patient}/here`);
    await page.getByLabel("Why do you need the photos?").fill("To see how your back heals");
    await page.getByLabel("Part of the body", { exact: true }).selectOption("back");
    await page.getByRole("button", { name: "Make the link" }).click();
    const link = (await page.locator(".hand-over__letters").textContent()) ?? "";
    const code = link.split("#")[1] ?? "";
    assert.ok(code.length > 20);

    await page.getByRole("link", { name: "Back to the patient" }).click();
    await page.getByText("Given here, not opened").waitFor();
    await page.goBack();
    await page.getByRole("button", { name: "Make the link" }).waitFor();
    const kept = await page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state, document.cookie]),
    );
    assert.ok(!kept.includes(code) && !(await page.content()).includes(code));

    await page.goto(`${url}/staff/patients/${patient}`);
    await page.getByText("Given here, not opened").waitFor();
    const tab = await desk.context.newPage();
    await tab.goto(link);
    await tab.getByRole("button", { name: /^I am/ }).waitFor();
    await page.getByRole("button", { name: "Check for news" }).click();
    await page.getByText(/Opened in the room today/).waitFor();
    await page.getByRole("button", { name: "Text a link instead" }).click();
    await until("the text", async () => (await script.links(person))[0]);
    await tab.goto(link);
    await tab.getByText("A newer link was sent").waitFor();
    assert.deepEqual(desk.complaints, []);
    await desk.context.close();
  });
}

/** The same by keyboard alone; the patient's pages have their own. */
function byKeyboardInTheRoom(world: () => World): void {
  test("by keyboard alone: a link is made for the room and opened here", async () => {
    const { url, browser, script } = world();
    const patient = await script.addPatient(madeUpPerson());
    const desk = await sitDown(browser, url, { reducedMotion: "reduce" });
    const { page } = desk;
    await signIn(desk, ASHA, `/staff/patients/${patient}`);
    const keys = new Keyboard(page);
    await keys.link("Take photos now");
    await keys.arrives("Take photos now");
    await keys.to(page.getByLabel("Why do you need the photos?"));
    await page.keyboard.type("To see how your knee heals");
    await keys.press(page.getByRole("button", { name: "left knee" }));
    await page.getByText("Chosen: left knee").waitFor();
    await keys.button("Make the link");
    await keys.arrives("Hand over");
    const opened = desk.context.waitForEvent("page");
    await keys.link(/^Open on this device/);
    const tab = await opened;
    await tab.getByRole("button", { name: /^I am/ }).waitFor();
    await tab.close();
    await keys.link("Back to the patient");
    await page.getByText(/Opened in the room today/).waitFor();
    assert.deepEqual(desk.complaints, []);
    await desk.context.close();
  });
}

/** What a camera reads in a picture of the page. */
async function scanned(easel: Page, png: Buffer): Promise<string> {
  const { width, height, data } = await easel.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    const pen = canvas.getContext("2d");
    if (pen === null) throw new Error("this browser does not draw");
    pen.drawImage(picture, 0, 0);
    const pixels = pen.getImageData(0, 0, picture.width, picture.height);
    return { width: pixels.width, height: pixels.height, data: [...pixels.data] };
  }, png.toString("base64"));
  return decodeQR({ width, height, data: new Uint8Array(data) });
}
