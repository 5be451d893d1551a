// A task that is done: what was done is asked, stands in the record, and can be undone for ten
// seconds; the key "d" alone takes nothing away.
import assert from "node:assert/strict";
import test from "node:test";
import { wrongAtAnySize } from "../support/every_size.ts";
import { madeUpPerson } from "../support/person.ts";
import { until } from "../support/staff.ts";
import { ASHA } from "./support/colleague.ts";
import { signIn, sitDown } from "./support/desk.ts";
import { Visit } from "./support/patient_sends.ts";
import type { World } from "./world.ts";

export function finishing(world: () => World): void {
  test("done asks what was done, can be undone, and goes when the page is left", async () => {
    const { url, browser, script } = world();
    const person = madeUpPerson();
    const patient = await script.addPatient(person);
    const link = await script.ask(patient, person);
    await new Visit(url).call("POST", "/api/links/decline", { code: link.split("#")[1] });
    const waiting = async () => {
      const { rows } = await script.call<{ rows: { patient?: { patient: string } }[] }>(
        ASHA,
        "GET",
        "/api/inbox",
      );
      return rows.some((row) => row.patient?.patient === patient);
    };
    const desk = await sitDown(browser, url);
    const { page } = desk;
    await signIn(desk, ASHA);
    const task = page.locator(".inbox__row", { hasText: person.givenName });
    await task.waitFor();
    await task.getByRole("link").focus();
    await page.keyboard.press("d");
    await task.getByText("What was done?").waitFor();
    assert.ok(await waiting(), "a key alone ends no task");
    assert.deepEqual(await wrongAtAnySize(page), []);
    await page.setViewportSize({ width: 1280, height: 800 });
    await task.getByRole("button", { name: "Other" }).click();
    await task.getByRole("button", { name: "Save as done" }).click();
    await task.locator(".nhsuk-error-message").waitFor();
    await task.getByLabel("In a few words").fill("Her son came to the desk");
    await task.getByRole("button", { name: "Save as done" }).click();
    await task.waitFor({ state: "detached" });
    assert.ok(await waiting(), "nothing has left yet");
    await page.getByRole("button", { name: "Undo" }).click();
    await task.waitFor();

    await task.getByRole("button", { name: /^Done/ }).click();
    await task.getByRole("button", { name: "Phoned" }).click();
    await page.getByText(/Done: .*Phoned\./).waitFor();
    await page.getByRole("link", { name: "Find a patient" }).click();
    await until("the task to go", async () => ((await waiting()) ? undefined : true));
    assert.deepEqual(desk.complaints, []);
    await desk.context.close();
  });
}
