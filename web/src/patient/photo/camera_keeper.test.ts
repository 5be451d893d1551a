import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CameraNews, Opened, Wanted } from "./camera.ts";
import { facingOf } from "./camera_choice.ts";
import { type CameraMemory, type CameraState, keepCamera } from "./camera_keeper.ts";

/** One camera of a made-up phone. */
interface Lens {
  label: string;
  focuses?: boolean;
  /** How it answers when it is asked for; it opens without it. */
  refuses?: "refused" | "missing" | "busy";
}

/** A phone whose cameras, clock and screen a test holds in its hand. */
class MadeUpPhone {
  readonly lenses: Lens[];
  readonly memory: CameraMemory = { last: undefined, focus: new Map() };
  readonly said: CameraState[] = [];
  /** Ids in the order in which they were opened. */
  readonly opened: string[] = [];
  open = new Map<string, (news: CameraNews) => void>();
  isMuted = false;
  isShown = true;
  #shown: () => void = () => {};
  #timers = new Map<number, { after: number; call: () => void }>();
  #ids = 0;

  constructor(...lenses: (Lens | string)[]) {
    this.lenses = lenses.map((lens) => (typeof lens === "string" ? { label: lens } : lens));
  }

  keeper() {
    const ports = {
      open: (wanted: Wanted) => Promise.resolve(this.#open(wanted)),
      list: () => Promise.resolve(this.lenses.map(seen)),
      isShown: () => this.isShown,
      onShown: (changed: () => void) => {
        this.#shown = changed;
        return () => (this.#shown = () => {});
      },
      later: (after: number, call: () => void) => {
        const id = (this.#ids += 1);
        this.#timers.set(id, { after, call });
        return () => void this.#timers.delete(id);
      },
    };
    return keepCamera(ports, this.memory, (state) => this.said.push(state));
  }

  #open(wanted: Wanted): Opened {
    const back = this.lenses.find(({ label }) => facingOf(label) === "environment");
    const lens =
      wanted === "back"
        ? (back ?? this.lenses[0])
        : this.lenses.find(({ label }) => label === wanted.id);
    if (lens === undefined) return { kind: "missing" };
    if (lens.refuses !== undefined) return { kind: lens.refuses };
    const { label: id, focuses } = lens;
    this.opened.push(id);
    this.open.set(id, () => {});
    const camera = {
      id,
      stream: { id } as MediaStream,
      focuses,
      isMuted: () => this.isMuted,
      watch: (told: (news: CameraNews) => void) => {
        this.open.set(id, told);
        return () => void this.open.set(id, () => {});
      },
      close: () => void this.open.delete(id),
    };
    return { kind: "live", camera };
  }

  /** What happens to the camera that is open. */
  async tell(news: CameraNews): Promise<void> {
    this.open.forEach((told) => told(news));
    await settled();
  }

  async show(isShown: boolean): Promise<void> {
    this.isShown = isShown;
    this.#shown();
    await settled();
  }

  /** Time goes on until what waits longest has been called. */
  async wait(): Promise<number[]> {
    const all = [...this.#timers.values()];
    this.#timers.clear();
    all.forEach(({ call }) => call());
    await settled();
    return all.map(({ after }) => after);
  }

  get state(): CameraState | undefined {
    return this.said[this.said.length - 1];
  }

  /** The camera that is live. */
  get live(): string | undefined {
    return this.state?.is === "live" ? this.state.stream.id : undefined;
  }
}

const seen = ({ label }: Lens) => ({ id: label, label, facing: facingOf(label) });

/** Lets everything that waits for nothing but its turn go on. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function started(...lenses: (Lens | string)[]) {
  const phone = new MadeUpPhone(...lenses);
  const keeper = phone.keeper();
  await settled();
  return { phone, keeper };
}

describe("a camera that is kept", () => {
  for (const [what, news, why] of [
    ["ends", "ended", "ended"],
    ["is muted", "muted", "muted"],
  ] as const) {
    test(`says that it ${what}, and opens again by itself`, async () => {
      const { phone } = await started("Back Camera");
      assert.equal(phone.live, "Back Camera");
      await phone.tell(news);
      assert.deepEqual(phone.state, { is: "stopped", why });
      await phone.wait();
      // Muted still: opened anew, and nothing is taken from it before it sends.
      if (news === "muted") {
        phone.isMuted = true;
        await phone.tell("muted");
        assert.deepEqual(phone.state, { is: "stopped", why });
        await phone.wait();
        assert.deepEqual(phone.state, { is: "stopped", why });
        phone.isMuted = false;
        await phone.tell("unmuted");
      }
      assert.equal(phone.live, "Back Camera");
    });
  }

  test("is let go with the page's sight, and opened again when it is seen", async () => {
    const { phone } = await started("Back Camera");
    await phone.show(false);
    assert.deepEqual(phone.state, { is: "stopped", why: "hidden" });
    assert.equal(phone.open.size, 0);
    await phone.wait();
    assert.equal(phone.open.size, 0, "nobody looks");
    await phone.show(true);
    assert.equal(phone.live, "Back Camera");
  });

  test("that nobody can see yet is opened once somebody can", async () => {
    const phone = new MadeUpPhone("Back Camera");
    phone.isShown = false;
    phone.keeper();
    await settled();
    assert.deepEqual(phone.opened, []);
    await phone.show(true);
    assert.equal(phone.live, "Back Camera");
  });

  test("that stands still is opened anew", async () => {
    const { phone, keeper } = await started("Back Camera");
    keeper.still();
    assert.deepEqual(phone.state, { is: "stopped", why: "still" });
    await phone.wait();
    assert.equal(phone.live, "Back Camera");
    assert.equal(phone.opened.length, 2);
  });

  test("that a call holds is asked for again and again, more and more seldom", async () => {
    const { phone } = await started("Back Camera");
    const [lens] = phone.lenses;
    assert.ok(lens);
    lens.refuses = "busy";
    await phone.tell("ended");
    const pauses: number[] = [];
    for (let time = 0; time < 6; time += 1) pauses.push(...(await phone.wait()));
    assert.deepEqual(pauses, [300, 1000, 2000, 4000, 4000, 4000]);
    assert.deepEqual(phone.state, { is: "stopped", why: "ended" });
    delete lens.refuses;
    await phone.wait();
    assert.equal(phone.live, "Back Camera");
  });

  test("is not asked for again after a no", async () => {
    const { phone } = await started("Back Camera");
    const [lens] = phone.lenses;
    assert.ok(lens);
    lens.refuses = "refused";
    await phone.tell("ended");
    await phone.wait();
    assert.deepEqual(phone.state, { is: "refused" });
    await phone.show(false);
    await phone.show(true);
    assert.deepEqual(phone.state, { is: "refused" });
  });

  for (const refuses of ["busy", "missing"] as const) {
    test(`that is ${refuses} from the start says so, and is tried again when the page is seen anew`, async () => {
      const { phone } = await started({ label: "Back Camera", refuses });
      assert.deepEqual(phone.state, { is: refuses });
      phone.lenses.splice(0, 1, { label: "Back Camera" });
      await phone.show(true);
      assert.equal(phone.live, "Back Camera");
    });
  }

  test("is closed with its page, however far its opening is", async () => {
    const phone = new MadeUpPhone("Back Camera", "Front Camera");
    const keeper = phone.keeper();
    keeper.close();
    await settled();
    assert.equal(phone.open.size, 0);
    const { phone: other, keeper: kept } = await started("Back Camera");
    kept.close();
    assert.equal(other.open.size, 0);
    await other.show(true);
    assert.equal(other.open.size, 0);
  });
});

describe("of several cameras", () => {
  const ANDROID = ["camera2 0, facing back", "camera2 1, facing front", "camera2 2, facing back"];
  const [first = "", front = "", second = ""] = ANDROID;

  test("all are gone round, best first, and the last good one is asked for next time", async () => {
    const { phone, keeper } = await started(...ANDROID);
    const round = [phone.live];
    for (let time = 0; time < 3; time += 1) {
      await keeper.next();
      round.push(phone.live);
    }
    assert.deepEqual(round, [first, second, front, first]);
    assert.deepEqual(
      phone.said.flatMap((state) => (state.is === "live" ? [[state.number, state.count]] : [])),
      [[1, 3], [2, 3], [3, 3], [1, 3]],
    );
    await keeper.next();
    keeper.close();
    phone.opened.length = 0;
    phone.keeper();
    await settled();
    assert.deepEqual(phone.opened, [second]);
  });

  test("never two are open at once", async () => {
    const { phone, keeper } = await started(...ANDROID);
    for (let time = 0; time < 4; time += 1) {
      await keeper.next();
      assert.equal(phone.open.size, 1);
    }
  });

  test("a better one than the browser proposes is opened by itself", async () => {
    const { phone } = await started("Back Ultra Wide Camera", "Back Camera", "Front Camera");
    assert.equal(phone.live, "Back Camera");
    const { phone: android } = await started(
      { label: first, focuses: false },
      front,
      { label: second, focuses: true },
    );
    assert.equal(android.live, second);
    assert.equal(android.open.size, 1);
  });

  test("the proposed one stays where no other is better", async () => {
    const { phone } = await started(
      { label: first, focuses: true },
      front,
      { label: second, focuses: false },
    );
    assert.deepEqual(phone.opened, [first]);
    const { phone: blurred } = await started(
      { label: first, focuses: false },
      front,
      { label: second, focuses: false },
    );
    assert.equal(blurred.open.size, 1);
    assert.ok(blurred.opened.length <= 2);
  });

  test("one that does not open is left out, and the others are still come to", async () => {
    const { phone, keeper } = await started(first, { label: second, refuses: "busy" }, front);
    await keeper.next();
    assert.equal(phone.live, front);
    await keeper.next();
    assert.equal(phone.live, first);
    const { phone: alone, keeper: kept } = await started(first, { label: front, refuses: "busy" });
    await kept.next();
    assert.equal(alone.live, first);
    const { phone: wide } = await started("Back Ultra Wide Camera", {
      label: "Back Camera",
      refuses: "busy",
    });
    assert.equal(wide.live, "Back Ultra Wide Camera");
  });

  test("one that was pulled out is no longer asked for", async () => {
    const { phone, keeper } = await started(...ANDROID);
    await keeper.next();
    assert.equal(phone.live, second);
    phone.lenses.splice(2, 1);
    await phone.tell("ended");
    await phone.wait();
    assert.equal(phone.live, first);
  });
});
