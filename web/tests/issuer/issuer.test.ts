// Staff sign-in against an issuer that is not ours: in the browser by code and PKCE, and at the
// handler, which takes an access token of this issuer for this audience and nothing else.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { launch, type TestBrowser } from "../support/browser.ts";
import { sitDown } from "../staff/support/desk.ts";
import { type RunningSystem, startSystem } from "../support/running_system.ts";
import { until } from "../support/staff.ts";
import { type Issuer, SCOPE, startIssuer } from "./issuer.ts";
import { accessToken, forged } from "./tokens.ts";

let issuer: Issuer;
let system: RunningSystem;
let browser: TestBrowser;

before(async () => {
  issuer = await startIssuer(["demo-asha", "demo-ben", "somebody-else"]);
  system = await startSystem({ issuer: issuer.url, scope: SCOPE });
  issuer.serve(system.url);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await system?.stop();
  await issuer?.stop();
});

async function status(token: string): Promise<number> {
  const headers = { Authorization: `Bearer ${token}` };
  const answer = await fetch(`${system.url}/api/me`, { headers });
  return answer.status;
}

interface Exchange {
  asked: URLSearchParams;
  tokens: Record<string, string>;
}

/** The page's next exchange with the issuer. */
async function exchanged(page: Page): Promise<Exchange> {
  const answer = await page.waitForResponse((response) => response.url() === `${issuer.url}/token`);
  const tokens = (await answer.json()) as Record<string, string>;
  return { asked: new URLSearchParams(answer.request().postData() ?? ""), tokens };
}

async function signIn(page: Page, who: string): Promise<void> {
  await page.goto(`${system.url}/staff`);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: who }).click();
}

test("staff sign in, are renewed, come back without a page, and sign out", async () => {
  const { page, context, complaints } = await sitDown(browser.browser, system.url, {
    issuer: issuer.url,
  });
  await page.clock.install();
  const asked: URL[] = [];
  page.on("request", (request) => {
    if (request.url().startsWith(`${issuer.url}/auth?`)) asked.push(new URL(request.url()));
  });
  const first = exchanged(page);
  await signIn(page, "demo-asha");
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  assert.equal(asked[0]?.searchParams.get("prompt"), "none", "nobody is asked before it is needed");
  assert.equal(asked.at(-1)?.searchParams.get("code_challenge_method"), "S256");
  const { tokens, asked: grant } = await first;
  assert.equal(grant.get("grant_type"), "authorization_code");
  assert.ok(grant.get("code_verifier"));
  assert.equal(await status(tokens["access_token"] ?? ""), 200);
  assert.equal(await status(tokens["id_token"] ?? ""), 401, "an ID token opens nothing");
  assert.equal(await status(tokens["refresh_token"] ?? ""), 401, "nor does a refresh token");

  const second = exchanged(page);
  await page.clock.fastForward("09:45");
  const inbox = page.waitForResponse((response) => response.url().endsWith("/api/inbox"));
  await page.getByRole("button", { name: "Check again" }).click();
  assert.equal((await inbox).status(), 200);
  const renewed = await second;
  assert.equal(renewed.asked.get("grant_type"), "refresh_token");
  assert.notEqual(renewed.tokens["access_token"], tokens["access_token"]);
  assert.equal(await status(renewed.tokens["access_token"] ?? ""), 200);

  await page.reload();
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  assert.equal(asked.at(-1)?.searchParams.get("prompt"), "none");

  const taken = page.waitForResponse(
    (response) =>
      response.url() === `${issuer.url}/token/revocation` && response.request().method() === "POST",
  );
  await page.getByRole("button", { name: "Sign out" }).click();
  assert.equal((await taken).status(), 200, "the issuer takes the refresh token back");
  await page.getByRole("button", { name: "Yes, sign me out" }).click();
  await page.getByRole("heading", { name: "You are signed out" }).waitFor();
  assert.equal(new URL(page.url()).pathname, "/staff/signed-out");
  await page.goto(`${system.url}/staff`);
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  assert.deepEqual(complaints, [], "the pages' policy lets this issuer in and nobody else");
  await context.close();
});

test("whom the issuer knows and the register does not sees nothing", async () => {
  const context = await browser.browser.newContext({ locale: "en-GB" });
  const page = await context.newPage();
  const refused = page.waitForResponse((response) => response.url().endsWith("/api/me"));
  await signIn(page, "somebody-else");
  assert.equal((await refused).status(), 403);
  assert.equal(await page.getByRole("heading", { name: "Inbox" }).count(), 0);
  await context.close();
});

test("only an access token of this issuer for this audience opens anything", async () => {
  assert.equal(await status(await accessToken(issuer)), 200, "a good one does");
  const entra = { header: { typ: "JWT" }, claims: { scope: undefined, scp: "staff" } };
  assert.equal(await status(await accessToken(issuer, entra)), 200, "and one as Entra ID writes it");
  const fractions = { exp: Date.now() / 1000 + 600.25, iat: Date.now() / 1000 - 0.75 };
  const parts = await accessToken(issuer, { claims: fractions });
  assert.equal(await status(parts), 200, "moments may have fractions");
  const refused = await forged(issuer);
  for (const [what, token] of Object.entries(refused)) {
    assert.equal(await status(token), 401, what);
  }
  assert.ok(Object.keys(refused).length > 20);
});

test("a new key is believed soon, and the old one no longer", async () => {
  const before = await accessToken(issuer);
  assert.equal(await status(before), 200);
  await issuer.rotate();
  const after = await accessToken(issuer);
  // Nobody makes the handler ask more often than every half a minute.
  await until("the new key", async () => ((await status(after)) === 200 ? true : undefined));
  assert.equal(await status(before), 401);
});
