// Every page and state, at every size: axe finds nothing, nothing is wider than its window, and
// every control has a name.
import assert from "node:assert/strict";
import test from "node:test";
import type { Page } from "playwright-core";
import { SIZES, wrongAtAnySize } from "../support/every_size.ts";
import { madeUpPerson } from "../support/person.ts";
import { ASHA } from "./support/colleague.ts";
import { signIn, sitDown, type Desk } from "./support/desk.ts";
import { Visit } from "./support/patient_sends.ts";
import { withPictures, type Seen, type World } from "./world.ts";

interface State {
  name: string;
  path: (seen: Seen) => string;
  /** From the page as it opens to the state that is meant. */
  reach: (page: Page) => Promise<unknown>;
}

const STATES: readonly State[] = [
  {
    name: "inbox",
    path: () => "/staff",
    reach: async (page) => {
      await page.locator(".inbox__row").first().waitFor();
      await page.getByRole("button", { name: /^Keys/ }).click();
    },
  },
  {
    name: "inbox, refused",
    path: () => "/staff",
    reach: async (page) => {
      await page.locator(".inbox__row").first().waitFor();
      await page.route("**/api/inbox", (route) => route.abort());
      await page.getByRole("button", { name: "Check again" }).click();
      await page.getByText("We could not reach the service").waitFor();
      await page.unroute("**/api/inbox");
    },
  },
  {
    name: "find",
    path: () => "/staff/find",
    reach: async (page) => {
      await page.getByLabel("NHS number, family name or date of birth").fill("Quillfeather");
      await page.getByRole("button", { name: "Search" }).click();
      await page.getByText(/Nobody found|patients? found/).waitFor();
    },
  },
  {
    name: "add, with errors",
    path: () => "/staff/add",
    reach: async (page) => {
      await page.getByRole("button", { name: "Add patient" }).click();
      await page.locator(".nhsuk-error-summary").waitFor();
    },
  },
  {
    name: "patient",
    path: ({ patient }) => `/staff/patients/${patient}`,
    reach: (page) => page.locator(".timeline__item").first().waitFor(),
  },
  {
    name: "patient by date, about to cancel",
    path: ({ patient }) => `/staff/patients/${patient}?by=date`,
    reach: async (page) => {
      await page.getByRole("button", { name: "Cancel this request" }).click();
      await page.getByText("Cancel this request?").waitFor();
    },
  },
  {
    name: "correct",
    path: ({ patient }) => `/staff/patients/${patient}/details`,
    reach: (page) => page.getByLabel("Family name").waitFor(),
  },
  {
    name: "ask, with errors and an intimate area",
    path: ({ patient }) => `/staff/patients/${patient}/ask`,
    reach: async (page) => {
      await page.getByLabel("Part of the body", { exact: true }).selectOption("breast");
      await page.getByRole("button", { name: "Send the text" }).click();
      await page.locator(".nhsuk-error-summary").waitFor();
    },
  },
  {
    name: "picture, zoomed",
    path: ({ patient, items }) => `/staff/patients/${patient}/pictures/${items[0]}`,
    reach: async (page) => {
      await page.getByText("Unchanged since it was filed").waitFor();
      await page.getByRole("button", { name: "Zoom in" }).click();
      await page.getByRole("button", { name: "Move left" }).waitFor();
    },
  },
  {
    name: "picture that did not come",
    path: ({ patient, items }) => `/staff/patients/${patient}/pictures/${items[0]}`,
    reach: async (page) => {
      await page.locator(".stage img").waitFor();
      await page.route("**/view", (route) => route.abort());
      await page.reload();
      await page.getByRole("button", { name: "Show it again" }).waitFor();
      await page.unroute("**/view");
    },
  },
  {
    name: "side by side",
    path: ({ patient, items }) =>
      `/staff/patients/${patient}/pictures/${items[0]}/beside/${items[1]}`,
    reach: (page) => page.locator(".stage img").nth(1).waitFor(),
  },
  {
    name: "overlay",
    path: ({ patient, items }) =>
      `/staff/patients/${patient}/pictures/${items[0]}/beside/${items[1]}?how=overlay`,
    reach: (page) => page.locator(".stage__picture--over").waitFor(),
  },
  {
    name: "nowhere",
    path: () => "/staff/nowhere",
    reach: (page) => page.getByRole("heading", { name: "There is no such page" }).waitFor(),
  },
  {
    name: "signed out",
    path: () => "/staff/signed-out",
    reach: (page) => page.getByRole("heading", { name: "You are signed out" }).waitFor(),
  },
];

export function accessibility(world: () => World): void {
  let seen: Seen | undefined;
  let shared: Desk | undefined;

  /** One desk for all states, signed in once: every page opened after it keeps the sign-in. */
  const desk = async (): Promise<Desk> => {
    if (shared !== undefined) return shared;
    const { url, browser } = world();
    shared = await sitDown(browser, url, { reducedMotion: "reduce" });
    await signIn(shared, ASHA);
    return shared;
  };

  /** Somebody with two pictures and an open request; a task and a picture in the inbox. */
  const somebody = async (): Promise<Seen> => {
    if (seen !== undefined) return seen;
    const { url, script } = world();
    seen = await withPictures(world(), madeUpPerson(), { healed: [0, 0.6] });
    await script.ask(seen.patient, seen.person);
    const other = madeUpPerson();
    const link = await script.ask(await script.addPatient(other), other);
    await new Visit(url).call("POST", "/api/links/decline", { code: link.split("#")[1] });
    await withPictures(world());
    return seen;
  };

  for (const state of STATES) {
    test(`axe and sizes: ${state.name}`, async () => {
      const path = state.path(await somebody());
      const { page, url, complaints } = await desk();
      await page.setViewportSize(SIZES.wide);
      await page.goto(url + path);
      await state.reach(page);
      assert.deepEqual(await wrongAtAnySize(page), []);
      assert.deepEqual(complaints.splice(0), []);
    });
  }

  test("with reduced motion nothing moves by itself", async () => {
    const { url, browser } = world();
    const desk = await sitDown(browser, url, { reducedMotion: "reduce" });
    await signIn(desk, ASHA);
    await desk.page.locator(".inbox__row").first().waitFor();
    const moving = await desk.page.evaluate(
      () =>
        [...document.querySelectorAll("*")].filter((element) => {
          const { animationName, transitionDuration } = getComputedStyle(element);
          return (
            animationName !== "none" || transitionDuration.split(", ").some((time) => time !== "0s")
          );
        }).length,
    );
    assert.equal(moving, 0);
    await desk.context.close();
  });
}
