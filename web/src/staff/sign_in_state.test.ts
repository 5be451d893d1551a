// A sign-in can only be where it can have come to.
import assert from "node:assert/strict";
import test from "node:test";
import { after, isDue, type SignIn, type SignInEvent, type Tokens } from "./sign_in_state.ts";

const tokens: Tokens = { access: "a", refresh: "r", identity: "i", endsAt: 600_000 };
const follow = (...events: SignInEvent[]) => events.reduce<SignIn>(after, { is: "starting" });

test("somebody whom the issuer knows comes back signed in", () => {
  assert.deepEqual(follow({ told: "leaving-for-issuer" }, { told: "tokens", tokens }), {
    is: "signed-in",
    tokens,
  });
});

test("an issuer that knows nobody makes the page offer to sign in", () => {
  assert.deepEqual(follow({ told: "leaving-for-issuer" }, { told: "nobody-there" }), {
    is: "signed-out",
    why: "not-yet",
  });
});

test("a refused renewal keeps the page open, and a second sign-in goes on there", () => {
  const ended = follow({ told: "tokens", tokens }, { told: "renewal-refused" });
  assert.deepEqual(ended, { is: "ended", again: "not-asked" });
  const waiting = after(ended, { told: "window-opened" });
  assert.deepEqual(waiting, { is: "ended", again: "waiting" });
  assert.equal(after(waiting, { told: "tokens", tokens }).is, "signed-in");
});

test("another person does not get the page of the first", () => {
  const ended = follow({ told: "tokens", tokens }, { told: "renewal-refused" });
  assert.deepEqual(after(ended, { told: "other-person" }), { is: "ended", again: "other-person" });
});

test("trouble with the issuer does not throw out who is at work", () => {
  const trouble = { told: "trouble", why: "issuer-unreachable" } as const;
  assert.equal(follow({ told: "tokens", tokens }, trouble).is, "signed-in");
  assert.deepEqual(follow(trouble), { is: "broken", why: "issuer-unreachable" });
});

test("a token is renewed before its end, not at it", () => {
  assert.equal(isDue(tokens, 539_999), false);
  assert.equal(isDue(tokens, 540_000), true);
});
