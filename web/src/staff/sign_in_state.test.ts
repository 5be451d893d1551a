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
  assert.deepEqual(ended, { is: "ended", again: "not-asked", locked: false });
  const waiting = after(ended, { told: "window-opened" });
  assert.deepEqual(waiting, { is: "ended", again: "waiting", locked: false });
  assert.equal(after(waiting, { told: "tokens", tokens }).is, "signed-in");
});

test("another person does not get the page of the first", () => {
  const ended = follow({ told: "tokens", tokens }, { told: "renewal-refused" });
  const other = after(ended, { told: "other-person" });
  assert.deepEqual(other, { is: "ended", again: "other-person", locked: false });
});

test("a page that nobody is at locks, holds no token, and opens for who signs in again", () => {
  const locked = follow({ told: "tokens", tokens }, { told: "no-hand" });
  assert.deepEqual(locked, { is: "ended", again: "not-asked", locked: true });
  const waiting = after(locked, { told: "window-opened" });
  assert.deepEqual(waiting, { is: "ended", again: "waiting", locked: true });
  assert.deepEqual(after(waiting, { told: "window-gave-up" }), locked);
  assert.equal(after(waiting, { told: "tokens", tokens }).is, "signed-in");
});

test("a page whose sign-in has ended locks too, and nothing unlocks it but tokens", () => {
  const ended = follow({ told: "tokens", tokens }, { told: "renewal-refused" });
  const locked = after(ended, { told: "no-hand" });
  assert.deepEqual(locked, { is: "ended", again: "not-asked", locked: true });
  for (const told of ["renewal-refused", "nobody-there", "no-hand", "window-opened"] as const) {
    const next = after(locked, { told });
    assert.ok(next.is === "ended" && next.locked, told);
  }
});

test("a tab that was locked offers to sign in, and says why", () => {
  assert.deepEqual(follow({ told: "locked-before" }), { is: "signed-out", why: "locked" });
  assert.deepEqual(follow({ told: "no-hand" }), { is: "starting" }, "nothing is open to lock");
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
