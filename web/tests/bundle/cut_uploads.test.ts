// 200 photos through a wire that is cut at random bytes, before and after a block has arrived: each
// arrives once and intact, and what was confirmed is never sent again.
import assert from "node:assert/strict";
import { createHash, randomBytes, randomInt } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, connect, createServer as createWire, type Server, type Socket } from "node:net";
import { test } from "node:test";
import type { Photo } from "../../src/patient/photo/photo.ts";
import { putToStorage } from "../../src/patient/upload/browser_ports.ts";
import { sendPhoto, type UploadPorts } from "../../src/patient/upload/send_photo.ts";

const PHOTOS = 200;

/** As much of a store as a block upload asks of one. */
class Store {
  readonly staged = new Map<string, Buffer>();
  readonly blobs = new Map<string, Buffer>();
  commits = 0;

  readonly server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      if (body === undefined) return;
      const { pathname, searchParams } = new URL(request.url ?? "/", "http://store.example.org");
      const block = searchParams.get("blockid");
      if (block !== null) {
        this.staged.set(`${pathname} ${block}`, body);
      } else {
        const ids = [...body.toString().matchAll(/<Latest>([^<]+)<\/Latest>/g)].map(([, id]) => id);
        const parts = ids.map((id) => this.staged.get(`${pathname} ${id}`) ?? Buffer.alloc(0));
        this.blobs.set(pathname, Buffer.concat(parts));
        this.commits += 1;
      }
      response.writeHead(201).end();
    });
  });
}

/** `undefined` where the wire was cut before the end. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  try {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    return request.complete ? Buffer.concat(parts) : undefined;
  } catch {
    return undefined;
  }
}

/** Every connection dies after a random number of bytes, either way. */
function cuttingWire(to: number): Server & { cuts: number } {
  const wire = Object.assign(
    createWire((near: Socket) => {
      const far = connect(to, "127.0.0.1");
      let left = randomInt(1, 900_000);
      const pass = (from: Socket, into: Socket) => {
        from.on("data", (bytes: Buffer) => {
          into.write(left >= bytes.length ? bytes : bytes.subarray(0, left));
          left -= bytes.length;
          if (left < 0) {
            wire.cuts += 1;
            near.destroy();
            far.destroy();
          }
        });
        from.on("error", () => into.destroy());
        from.on("close", () => into.destroy());
      };
      pass(near, far);
      pass(far, near);
    }),
    { cuts: 0 },
  );
  return wire;
}

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

test("200 photos arrive once and intact through a wire that is cut at random bytes", async () => {
  const store = new Store();
  const wire = cuttingWire(await portOf(store.server));
  const origin = `http://127.0.0.1:${await portOf(wire)}`;
  const confirmed = new Set<string>();
  let again = 0;
  for (let number = 0; number < PHOTOS; number += 1) {
    const bytes = randomBytes(randomInt(1, 1_200_000));
    const name = `/incoming/${number}`;
    const photo: Photo = {
      key: String(number),
      bytes: new Blob([bytes]),
      type: "image/jpeg",
      sha256: "",
      source: "camera",
      url: "",
    };
    const ports: UploadPorts = {
      grant: async () => ({
        kind: "done",
        status: 201,
        body: {
          upload: String(number),
          url: `${origin}${name}?sig=x`,
          headers: { "content-type": "image/jpeg" },
          expiresAt: "",
          secondsLeft: 900,
        },
      }),
      finish: async (upload) =>
        store.blobs.has(name)
          ? { kind: "done", status: 200, body: { upload, state: "arrived" } }
          : {
              kind: "refused",
              problem: { kind: "not-arrived", status: 409, title: "", detail: "", errors: [], more: {} },
            },
      put: async (url, headers, body) => {
        again += confirmed.has(url) ? 1 : 0;
        const status = await putToStorage(url, headers, body, new AbortController().signal);
        if (status === 201 && url.includes("blockid")) confirmed.add(url);
        return status;
      },
      signal: async () => true,
    };
    const outcome = await sendPhoto(photo, { upload: undefined, blocks: new Set() }, ports, () => {});
    assert.equal(outcome.kind, "arrived");
    const hash = (of: Buffer) => createHash("sha256").update(of).digest("hex");
    assert.equal(hash(store.blobs.get(name) ?? Buffer.alloc(0)), hash(bytes), name);
  }
  wire.close();
  store.server.closeAllConnections();
  store.server.close();
  assert.ok(wire.cuts > 50, `${wire.cuts} cuts`);
  assert.equal(again, 0);
  assert.equal(store.commits, PHOTOS);
});
