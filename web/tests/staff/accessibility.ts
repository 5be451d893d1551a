// R98. Every page and state, at every size: axe finds nothing, nothing is wider than its window, and
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
  path: (seen: Seen & Others) => string;
  /** From the page as it opens to the state that is meant. */
  reach: (page: Page, seen: Seen & Others) => Promise<unknown>;
}

interface Others {
  /** Somebody whose number said "this is not for me". */
  declined: string;
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
    name: "inbox, long waited for",
    path: () => "/staff/find",
    reach: async (page) => {
      await page.route("**/api/inbox", () => undefined);
      await page.getByRole("link", { name: "Inbox" }).click();
      await page.getByText("This takes longer than it should").waitFor({ timeout: 40_000 });
      await page.unroute("**/api/inbox");
    },
  },
  {
    name: "inbox, empty",
    path: () => "/staff/find",
    reach: async (page) => {
      await page.route("**/api/inbox", (route) =>
        route.fulfill({ json: { teams: [{ team: "wound-care", name: "Wound Care Team", waiting: 0 }], rows: [] } }),
      );
      await page.getByRole("link", { name: "Inbox" }).click();
      await page.getByText("Nothing is waiting").waitFor();
      await page.unroute("**/api/inbox");
    },
  },
  {
    name: "find, nothing entered",
    path: () => "/staff/find",
    reach: async (page) => {
      await page.getByRole("button", { name: "Search" }).click();
      await page.locator(".nhsuk-error-summary").waitFor();
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
    name: "add, somebody who is here already",
    path: () => "/staff/add",
    reach: async (page, { person }) => {
      const [year = "", month = "", day = ""] = person.dateOfBirth.split("-");
      await page.getByLabel("Given names").fill(person.givenName);
      await page.getByLabel("Family name").fill(person.familyName);
      await page.getByLabel("Day").fill(day);
      await page.getByLabel("Month").fill(month);
      await page.getByLabel("Year").fill(year);
      await page.getByLabel("NHS number").fill(person.nhsNumber);
      await page.getByLabel("Mobile number").fill(person.mobile);
      await page.getByRole("button", { name: "Add patient" }).click();
      await page.locator("section.card").waitFor();
    },
  },
  {
    name: "nobody, or not yours",
    path: () => "/staff/patients/nobody",
    reach: (page) => page.getByText("There is no such patient, or it is not yours to see.").waitFor(),
  },
  {
    name: "patient whose number said no",
    path: ({ declined }) => `/staff/patients/${declined}`,
    reach: (page) => page.getByText("Do not text: somebody with this mobile number").waitFor(),
  },
  {
    name: "ask, texts stopped",
    path: ({ declined }) => `/staff/patients/${declined}/ask`,
    reach: (page) => page.getByText("Texts to this patient are stopped").waitFor(),
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
    name: "take photos now, with errors",
    path: ({ patient }) => `/staff/patients/${patient}/here`,
    reach: async (page) => {
      await page.getByRole("button", { name: "Make the link" }).click();
      await page.locator(".nhsuk-error-summary").waitFor();
    },
  },
  // Before the next one, which leaves the drawing in the browser's memory.
  {
    name: "hand over, the code not drawn and the answers not saved",
    path: ({ declined }) => `/staff/patients/${declined}/here`,
    reach: async (page) => {
      await page.route("**/assets/qr_drawing-*.js", (route) => route.abort());
      await page.route("**/notes", (route) => route.abort());
      await makeLink(page, "breast");
      await page.getByText("The code could not be drawn").waitFor();
      await page.getByText("your answers about the intimate area were not saved").waitFor();
      await page.unroute("**/assets/qr_drawing-*.js");
      await page.unroute("**/notes");
    },
  },
  {
    name: "hand over",
    path: ({ declined }) => `/staff/patients/${declined}/here`,
    reach: async (page) => {
      await makeLink(page);
      await page.locator(".hand-over__code").waitFor();
    },
  },
  {
    name: "hand over, a link that was replaced",
    path: ({ declined }) => `/staff/patients/${declined}/here`,
    reach: async (page) => {
      await page.route("**/requests", (route) =>
        route.fulfill({ status: 201, json: { request: "r", expiresAt: "2026-11-22T11:00:00Z" } }),
      );
      await makeLink(page);
      await page.getByText("This link is no longer shown").waitFor();
      await page.unroute("**/requests");
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
    name: "picture that is not there",
    path: ({ patient }) => `/staff/patients/${patient}/pictures/nothing`,
    reach: (page) =>
      page.getByRole("heading", { name: "This picture is not here, or not yours to see" }).waitFor(),
  },
  {
    name: "side by side, each by itself",
    path: ({ patient, items }) =>
      `/staff/patients/${patient}/pictures/${items[0]}/beside/${items[1]}`,
    reach: async (page) => {
      await page.locator(".stage img").nth(1).waitFor();
      await page.getByLabel("Zoom and move both together").uncheck();
      await page.getByRole("group", { name: "Zoom and move: Newer" }).waitFor();
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

async function makeLink(page: Page, part = "back"): Promise<void> {
  await page.getByLabel("Why do you need the photos?").fill("To see how it heals");
  await page.getByLabel("Part of the body", { exact: true }).selectOption(part);
  if (part === "breast") {
    await page.getByLabel("Left", { exact: true }).check();
    for (const answer of await page.locator("input[type=checkbox]").all()) await answer.check();
  }
  await page.getByRole("button", { name: "Make the link" }).click();
}

export function accessibility(world: () => World): void {
  let seen: (Seen & Others) | undefined;
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
  const somebody = async (): Promise<Seen & Others> => {
    if (seen !== undefined) return seen;
    const { url, script } = world();
    const pictured = await withPictures(world(), madeUpPerson(), { healed: [0, 0.6] });
    await script.ask(pictured.patient, pictured.person);
    const other = madeUpPerson();
    const declined = await script.addPatient(other);
    const link = await script.ask(declined, other);
    await new Visit(url).call("POST", "/api/links/decline", { code: link.split("#")[1] });
    await withPictures(world());
    seen = { ...pictured, declined };
    return seen;
  };

  for (const state of STATES) {
    test(`axe and sizes: ${state.name}`, async () => {
      const about = await somebody();
      const path = state.path(about);
      const { page, url, complaints } = await desk();
      await page.setViewportSize(SIZES.wide);
      await page.goto(url + path);
      // The page goes to the issuer and back before it shows anything. What a test asks the browser
      // to hold back meanwhile is lost on that way, when the machine is slow.
      await page.locator("main h1").waitFor();
      await state.reach(page, about);
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
