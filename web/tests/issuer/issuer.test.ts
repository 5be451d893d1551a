// Tokens of an issuer that is not ours, at the handler: it takes an access token of this issuer for
// this audience and nothing else.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type RunningSystem, startSystem } from "../support/running_system.ts";
import { until } from "../support/staff.ts";
import { type Issuer, SCOPE, startIssuer } from "./issuer.ts";
import { accessToken, forged } from "./tokens.ts";

let issuer: Issuer;
let system: RunningSystem;

before(async () => {
  issuer = await startIssuer(["demo-asha", "demo-ben", "somebody-else"]);
  system = await startSystem({ issuer: issuer.url, scope: SCOPE });
  issuer.serve(system.url);
});
after(async () => {
  await system?.stop();
  await issuer?.stop();
});

async function status(token: string): Promise<number> {
  const headers = { Authorization: `Bearer ${token}` };
  const answer = await fetch(`${system.url}/api/me`, { headers });
  return answer.status;
}

test("only an access token of this issuer for this audience opens anything", async () => {
  assert.equal(await status(await accessToken(issuer)), 200, "a good one does");
  const entra = { header: { typ: "JWT" }, claims: { scope: undefined, scp: "staff" } };
  assert.equal(await status(await accessToken(issuer, entra)), 200, "and one as Entra ID writes it");
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
