// Signing in: tokens are nowhere but in memory, a reload keeps the place, a renewal is not noticed,
// and a sign-in that ends takes nobody's work with it.
import assert from "node:assert/strict";
import test from "node:test";
import type { Page } from "playwright-core";
import { wrongAtAnySize } from "../support/every_size.ts";
import { madeUpPerson } from "../support/person.ts";
import { ASHA, BEN } from "./support/colleague.ts";
import { signIn, sitDown } from "./support/desk.ts";
import type { World } from "./world.ts";

/** Everything that a browser could keep of a page's data. */
function kept(page: Page): Promise<unknown> {
  return page.evaluate(async () => ({
    local: { ...localStorage },
    session: { ...sessionStorage },
    databases: await indexedDB.databases(),
    caches: await caches.keys(),
    cookies: document.cookie,
    workers: (await navigator.serviceWorker.getRegistrations()).length,
  }));
}

const NOTHING = { local: {}, session: {}, databases: [], caches: [], cookies: "", workers: 0 };

export function signingIn(world: () => World): void {
  test("a reload keeps the place without asking, and no token stands in any storage", async () => {
    const { url, browser, script } = world();
    const patient = await script.addPatient(madeUpPerson());
    const desk = await sitDown(browser, url);
    const { page } = desk;
    await signIn(desk, ASHA, `/staff/patients/${patient}?by=date`);
    await page.getByRole("heading", { name: "Timeline" }).waitFor();
    assert.deepEqual(await kept(page), NOTHING);

    const asked: string[] = [];
    page.on("request", (request) => {
      if (request.url().includes("/authorize")) asked.push(request.url());
    });
    await page.reload();
    await page.getByRole("heading", { name: "Timeline" }).waitFor();
    assert.equal(page.url(), `${url}/staff/patients/${patient}?by=date`);
    assert.equal(asked.length, 1);
    assert.match(asked[0] ?? "", /prompt=none/);
    assert.match(asked[0] ?? "", /code_challenge_method=S256/);
    assert.equal(await page.locator("iframe").count(), 0);
    assert.deepEqual(await kept(page), NOTHING);
    const cookies = await desk.context.cookies(url);
    assert.deepEqual(
      cookies.filter(({ path }) => path === "/"),
      [],
      "our own origin sets none",
    );
    assert.deepEqual(desk.complaints, []);
    await desk.context.close();
  });

  test("signing out forgets everything here and ends the issuer's own session", async () => {
    const { url, browser } = world();
    const desk = await sitDown(browser, url);
    const { page } = desk;
    // An issuer that can be told: not every one can, and the demo's may be older than this page.
    const ended: URL[] = [];
    await page.route("**/.well-known/openid-configuration", async (route) => {
      const answer = await route.fetch();
      const told = (await answer.json()) as { issuer: string };
      await route.fulfill({
        response: answer,
        json: { ...told, end_session_endpoint: `${told.issuer}/end` },
      });
    });
    await page.route(/\/end\?/, async (route) => {
      const address = new URL(route.request().url());
      ended.push(address);
      const back = address.searchParams.get("post_logout_redirect_uri") ?? "";
      await route.fulfill({ status: 303, headers: { Location: back } });
    });
    await signIn(desk, ASHA);
    await page.getByRole("heading", { name: "Inbox" }).waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "You are signed out" }).waitFor();
    // It says so at once, and again when it is back from the issuer.
    await page.waitForURL((address) => address.pathname === "/staff/signed-out");
    await page.getByRole("heading", { name: "You are signed out" }).waitFor();
    assert.equal(ended.length, 1);
    assert.ok(ended[0]?.searchParams.get("id_token_hint"), "the issuer learns whose session it is");
    assert.deepEqual(await kept(page), NOTHING);
    assert.equal(await page.getByRole("link", { name: "Inbox" }).count(), 0);
    await desk.context.close();
  });

  test("a token is renewed before it ends, without a page", async () => {
    const { url, browser } = world();
    const desk = await sitDown(browser, url);
    const { page } = desk;
    await page.clock.install();
    await signIn(desk, ASHA);
    await page.getByText("Checked at").waitFor();
    const grants: string[] = [];
    page.on("request", (request) => {
      if (request.url().endsWith("/token")) grants.push(request.postData() ?? "");
    });
    await page.clock.fastForward("09:30");
    const asked = page.waitForResponse((response) => response.url().endsWith("/api/inbox"));
    await page.getByRole("button", { name: "Check again" }).click();
    assert.equal((await asked).status(), 200);
    assert.equal(grants.length, 1);
    assert.match(grants[0] ?? "", /grant_type=refresh_token/);
    await page.getByRole("heading", { name: "Inbox" }).waitFor();
    await desk.context.close();
  });

  test("a sign-in that ends keeps what was typed, and a second one goes on with it", async () => {
    const { url, browser, script } = world();
    const person = madeUpPerson();
    const patient = await script.addPatient(person);
    const desk = await sitDown(browser, url);
    const { page, context } = desk;
    await page.clock.install();
    await signIn(desk, ASHA, `/staff/patients/${patient}`);
    await page.getByLabel("Add a note").fill("Typed before the end.");
    await refuseRenewal(page);
    await page.clock.fastForward("10:00");
    await page.getByRole("button", { name: "Save note" }).click();
    await page.getByRole("heading", { name: "Your sign-in has ended" }).waitFor();
    assert.equal(await page.getByLabel("Add a note").inputValue(), "Typed before the end.");
    assert.deepEqual(await wrongAtAnySize(page), []);

    await page.unroute("**/token");
    const opening = context.waitForEvent("page");
    await page.getByRole("button", { name: "Sign in again" }).click();
    const window = await opening;
    await window.getByRole("button", { name: ASHA.name }).click();
    await page
      .getByRole("heading", { name: "Your sign-in has ended" })
      .waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Save note" }).click();
    await page.getByText("The note was saved.").waitFor();
    assert.deepEqual(desk.complaints, []);
    await context.close();
  });

  test("another person does not get to see or save what the first one typed", async () => {
    const { url, browser, script } = world();
    const patient = await script.addPatient(madeUpPerson());
    const desk = await sitDown(browser, url);
    const { page, context } = desk;
    await page.clock.install();
    await signIn(desk, ASHA, `/staff/patients/${patient}`);
    await page.getByLabel("Add a note").fill("Asha's own words.");
    await refuseRenewal(page);
    await page.clock.fastForward("10:00");
    await page.getByRole("button", { name: "Save note" }).click();
    await page.unroute("**/token");
    const opening = context.waitForEvent("page");
    await page.getByRole("button", { name: "Sign in again" }).click();
    await (await opening).getByRole("button", { name: BEN.name }).click();
    await page.getByText("Somebody else signed in.").waitFor();
    assert.deepEqual(await wrongAtAnySize(page), []);
    assert.equal(await page.getByLabel("Add a note").isVisible(), false);
    assert.equal(await page.locator(".banner__name").isVisible(), false);
    assert.match(await page.title(), /^Your sign-in has ended/, "nor does the tab name the patient");
    await context.close();
  });

  test("an answer that no window asked for signs nobody in", async () => {
    const { url, browser } = world();
    const desk = await sitDown(browser, url);
    const { page } = desk;
    await page.goto(`${url}/staff/signed-in?code=abc&state=def&iss=http://127.0.0.1:1`);
    await page.getByText("This sign-in was started somewhere else").waitFor({ timeout: 20_000 });
    assert.deepEqual(await wrongAtAnySize(page), []);
    assert.equal(new URL(page.url()).search, "", "the answer stands in no address");
    await desk.context.close();
  });

  test("without the issuer the page says so and how to go on", async () => {
    const { url, browser } = world();
    const desk = await sitDown(browser, url);
    const { page } = desk;
    await page.route("**/.well-known/openid-configuration", (route) => route.abort());
    await page.goto(`${url}/staff`);
    await page.getByText("Your organisation's sign-in page gave no answer").waitFor();
    assert.deepEqual(await wrongAtAnySize(page), []);
    await page.unroute("**/.well-known/openid-configuration");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("button", { name: ASHA.name }).click();
    await page.getByRole("heading", { name: "Inbox" }).waitFor();
    await desk.context.close();
  });
}

/** The issuer says from now on that the refresh token is over. */
async function refuseRenewal(page: Page): Promise<void> {
  await page.route("**/token", (route) =>
    route.fulfill({
      status: 400,
      contentType: "application/json",
      headers: { "Access-Control-Allow-Origin": new URL(page.url()).origin },
      body: JSON.stringify({ error: "invalid_grant" }),
    }),
  );
}
