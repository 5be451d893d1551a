// A page locks when nobody was at it, and not a moment before; sleep counts as nobody.
import assert from "node:assert/strict";
import test from "node:test";
import { BROWSER, watchHands } from "./hand_watch.ts";

const PATIENCE = 15 * 60_000;

function desk() {
  const target = new EventTarget();
  const time = { awake: 0, wall: 1_000_000 };
  const waiting: { at: number; call: () => void }[] = [];
  let left = 0;
  const stop = watchHands(PATIENCE, () => left++, {
    target,
    clocks: [() => time.awake, () => time.wall],
    later: (after, call) => {
      const one = { at: time.awake + after, call };
      waiting.push(one);
      return () => {
        waiting.splice(0, waiting.length, ...waiting.filter((other) => other !== one));
      };
    },
  });
  return {
    stop,
    left: () => left,
    pass: (ms: number) => {
      time.awake += ms;
      time.wall += ms;
      const due = waiting.filter(({ at }) => at <= time.awake);
      waiting.splice(0, waiting.length, ...waiting.filter(({ at }) => at > time.awake));
      due.forEach(({ call }) => call());
    },
    /** The device sleeps: timers and the one clock stand still. */
    sleep: (ms: number) => (time.wall += ms),
    hand: (what: string) => target.dispatchEvent(new Event(what)),
  };
}

test("a page without a hand locks once, after its time", () => {
  const { pass, left } = desk();
  pass(PATIENCE - 1);
  assert.equal(left(), 0);
  pass(1);
  assert.equal(left(), 1);
  pass(10 * PATIENCE);
  assert.equal(left(), 1);
});

test("every kind of hand begins the time anew", () => {
  const { pass, left, hand } = desk();
  for (const what of ["pointermove", "pointerdown", "keydown", "wheel", "touchstart", "input"]) {
    pass(PATIENCE - 1);
    hand(what);
  }
  assert.equal(left(), 0);
  pass(PATIENCE);
  assert.equal(left(), 1);
});

test("the hand that wakes a device comes too late", () => {
  const { sleep, hand, left } = desk();
  sleep(PATIENCE);
  hand("pointermove");
  assert.equal(left(), 1, "whoever moved it may be somebody else");
});

test("a page that comes back to sight looks at the time", () => {
  for (const what of ["visibilitychange", "focus", "pageshow"]) {
    const { sleep, hand, left } = desk();
    sleep(PATIENCE - 1);
    hand(what);
    assert.equal(left(), 0, what);
    sleep(1);
    hand(what);
    assert.equal(left(), 1, `${what}: coming back is no hand`);
  }
});

test("what is stopped locks nothing", () => {
  const { stop, pass, hand, left } = desk();
  stop();
  pass(PATIENCE);
  hand("keydown");
  assert.equal(left(), 0);
});

test("of a browser's own clocks one goes on while the device sleeps", (context) => {
  const target = new EventTarget();
  let left = 0;
  const stop = watchHands(PATIENCE, () => left++, { ...BROWSER, target, later: () => () => {} });
  const woken = Date.now() + PATIENCE;
  context.mock.method(Date, "now", () => woken);
  target.dispatchEvent(new Event("focus"));
  assert.equal(left, 1);
  stop();
});
