import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Answer } from "../../api/call.ts";
import type { Photo } from "../photo/photo.ts";
import { BLOCK, blocksOf } from "./blocks.ts";
import type { Progress } from "./progress.ts";
import { type Confirmed, type Granted, sendPhoto, type Stands, type UploadPorts } from "./send_photo.ts";

const BYTES = BLOCK * 2 + 1000;

function photo(): Photo {
  const bytes = new Blob([new Uint8Array(BYTES)]);
  return { key: "a", bytes, type: "image/jpeg", sha256: "00", source: "camera", url: "blob:a" };
}

function refused(status: number, kind: string, detail = ""): Answer<never> {
  return {
    kind: "refused",
    problem: { kind, status, title: "", detail, errors: [], more: {} },
  };
}

/** A store and the functions beside it; `put` says what becomes of each PUT before it happens. */
class Far {
  readonly staged = new Map<string, number>();
  readonly puts: string[] = [];
  committed = false;
  grants = 0;
  fate: (put: string, time: number) => "well" | "cut before" | "cut after" | number = () => "well";
  grantFate: (time: number) => Answer<Granted> | undefined = () => undefined;
  finishFate: (time: number) => Answer<Stands> | undefined = () => undefined;
  finishes = 0;
  upload = "u1";
  waits = 0;

  ports(): UploadPorts {
    return {
      grant: async () => {
        this.grants += 1;
        return (
          this.grantFate(this.grants) ?? {
            kind: "done",
            status: 201,
            body: {
              upload: this.upload,
              url: `https://store.example.org/${this.upload}?sig=${this.grants}`,
              headers: { "content-type": "image/jpeg", "x-ms-blob-type": "BlockBlob" },
              expiresAt: "",
              secondsLeft: 900,
            },
          }
        );
      },
      finish: async (upload) => {
        this.finishes += 1;
        return (
          this.finishFate(this.finishes) ??
          (this.committed
            ? { kind: "done", status: 200, body: { upload, state: "arrived" } }
            : refused(409, "not-arrived"))
        );
      },
      put: async (url, _headers, body) => {
        const block = new URL(url).searchParams.get("blockid") ?? "list";
        this.puts.push(block);
        const fate = this.fate(block, this.puts.filter((put) => put === block).length);
        if (typeof fate === "number") return fate;
        if (fate === "cut before") return "cut";
        if (block === "list") {
          this.committed = true;
        } else {
          this.staged.set(block, (body as Blob).size);
        }
        return fate === "well" ? 201 : "cut";
      },
      signal: async () => {
        this.waits += 1;
        return this.waits < 50;
      },
    };
  }
}

async function run(far: Far, confirmed: Confirmed = { upload: undefined, blocks: new Set() }) {
  const told: Progress[] = [];
  const outcome = await sendPhoto(photo(), confirmed, far.ports(), (progress) => told.push(progress));
  return { outcome, told };
}

const IDS = blocksOf(BYTES).map(({ id }) => id);

describe("sending a photo", () => {
  test("every block goes once and the list last", async () => {
    const far = new Far();
    const { outcome, told } = await run(far);
    assert.deepEqual(outcome, { kind: "arrived", upload: "u1" });
    assert.deepEqual(far.puts, [...IDS, "list"]);
    assert.deepEqual([...far.staged.values()], [BLOCK, BLOCK, 1000]);
    const sent = told.flatMap((progress) => (progress.at === "sending" ? [progress.sent] : []));
    assert.deepEqual(sent, [0, 0, BLOCK, BLOCK * 2, BYTES]);
  });

  test("a cut costs the block that was on its way and no other", async () => {
    const far = new Far();
    far.fate = (put, time) => (put === IDS[1] && time < 3 ? "cut before" : "well");
    const { outcome, told } = await run(far);
    assert.equal(outcome.kind, "arrived");
    assert.deepEqual(far.puts, [IDS[0], IDS[1], IDS[1], IDS[1], IDS[2], "list"]);
    assert.ok(told.some((progress) => progress.at === "no-signal" && progress.sent === BLOCK));
  });

  test("what only waiting or a person can mend is told in words, not as a lost signal", async () => {
    for (const [status, kind] of [[429, "too-many-uploads"], [507, "no-room"]] as const) {
      const far = new Far();
      far.grantFate = () => refused(status, kind, "This one was not kept.");
      const { outcome } = await run(far);
      assert.equal(outcome.kind, "refused");
      assert.equal(outcome.kind === "refused" && outcome.words, "This one was not kept.");
      assert.equal(far.waits, 0);
    }
  });

  test("storage without room sends back to the function, which says so", async () => {
    const far = new Far();
    far.fate = (put) => (put === IDS[1] ? 507 : "well");
    far.grantFate = (time) => (time === 1 ? undefined : refused(507, "no-room", "No room."));
    const { outcome } = await run(far);
    assert.equal(outcome.kind === "refused" && outcome.words, "No room.");
  });

  test("a lost answer to the list is asked about, not sent again", async () => {
    const far = new Far();
    far.fate = (put) => (put === "list" ? "cut after" : "well");
    assert.equal((await run(far)).outcome.kind, "arrived");
    assert.equal(far.puts.filter((put) => put === "list").length, 1);
  });

  test("a list that never came is sent again and the blocks are not", async () => {
    const far = new Far();
    far.fate = (put, time) => (put === "list" && time === 1 ? "cut before" : "well");
    assert.equal((await run(far)).outcome.kind, "arrived");
    assert.deepEqual(far.puts, [...IDS, "list", "list"]);
  });

  test("a signature that ran out is asked for again and loses no block", async () => {
    const far = new Far();
    far.fate = (put, time) => (put === IDS[2] && time === 1 ? 403 : "well");
    assert.equal((await run(far)).outcome.kind, "arrived");
    assert.equal(far.grants, 2);
    assert.deepEqual(far.puts, [...IDS, IDS[2], "list"]);
  });

  test("another upload starts from its first block", async () => {
    const far = new Far();
    const confirmed: Confirmed = { upload: "u0", blocks: new Set(IDS) };
    assert.equal((await run(far, confirmed)).outcome.kind, "arrived");
    assert.deepEqual(far.puts, [...IDS, "list"]);
  });

  test("what was confirmed before the session ended is not sent again", async () => {
    const far = new Far();
    const confirmed: Confirmed = { upload: "u1", blocks: new Set(IDS.slice(0, 2)) };
    assert.equal((await run(far, confirmed)).outcome.kind, "arrived");
    assert.deepEqual(far.puts, [IDS[2], "list"]);
  });

  test("a photo that is in the record already is not sent", async () => {
    const far = new Far();
    far.grantFate = () => ({ kind: "done", status: 200, body: { upload: "u9", state: "filed" } });
    assert.deepEqual((await run(far)).outcome, { kind: "arrived", upload: "u9" });
    assert.deepEqual(far.puts, []);
  });

  test("a session's end and a refusal are told apart", async () => {
    const ended = new Far();
    ended.grantFate = () => refused(401, "session-ended");
    assert.deepEqual((await run(ended)).outcome, { kind: "session-ended" });
    const full = new Far();
    full.grantFate = () => refused(409, "no-place-left", "You were asked for 3 photos.");
    const words = "You were asked for 3 photos.";
    const { outcome } = await run(full);
    assert.ok(outcome.kind === "refused" && outcome.words === words);
    assert.equal(outcome.problem?.kind, "no-place-left");
  });

  test("a server in trouble is waited for", async () => {
    const far = new Far();
    far.grantFate = (time) => (time < 3 ? refused(503, "unexpected") : undefined);
    far.finishFate = (time) => (time < 3 ? { kind: "unreachable" } : undefined);
    assert.equal((await run(far)).outcome.kind, "arrived");
  });

  test("a store that makes no sense of it is not asked for ever", async () => {
    const far = new Far();
    far.fate = () => 400;
    assert.equal((await run(far)).outcome.kind, "refused");
    assert.ok(far.puts.length < 10, String(far.puts.length));
  });

  test("giving up keeps what was confirmed", async () => {
    const far = new Far();
    far.fate = (put) => (put === IDS[1] ? "cut before" : "well");
    const confirmed: Confirmed = { upload: undefined, blocks: new Set() };
    const { outcome, told } = await run(far, confirmed);
    assert.deepEqual(outcome, { kind: "given-up" });
    assert.deepEqual([...confirmed.blocks], [IDS[0]]);
    assert.ok(told.some((progress) => progress.at === "no-signal" && progress.long));
  });
});

describe("blocks", () => {
  test("cover every byte once, with ids of one length", () => {
    for (const bytes of [1, BLOCK - 1, BLOCK, BLOCK + 1, 25 * 1024 * 1024]) {
      const blocks = blocksOf(bytes);
      assert.equal(blocks.reduce((sum, { from, to }) => sum + to - from, 0), bytes);
      assert.equal(new Set(blocks.map(({ id }) => id)).size, blocks.length);
      assert.equal(new Set(blocks.map(({ id }) => id.length)).size, 1);
    }
  });
});
