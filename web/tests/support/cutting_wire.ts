// A wire between the browser and storage that dies again and again, each time at a random byte of
// either direction, and keeps account of the blocks that it carried.
import { randomInt } from "node:crypto";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** One time that a block was on its way. */
export interface Attempt {
  /** Blob and block, as storage names them. */
  block: string;
  /** Bytes of the block that went towards storage. */
  bytes: number;
  /** The browser was handed storage's whole answer that the block is there. */
  isConfirmed: boolean;
}

/** Most bytes that a connection carries before it dies: three blocks and a bit. */
const MOST = 900_000;
const HEAD_END = Buffer.from("\r\n\r\n");

export class CuttingWire {
  readonly attempts: Attempt[] = [];
  cuts = 0;
  readonly #server: Server;
  readonly #open = new Set<Socket>();

  private constructor(storage: number) {
    this.#server = createServer((near) => this.#join(near, connect(storage, "127.0.0.1")));
  }

  /** Before the port `storage` of this machine. */
  static async before(storage: number): Promise<CuttingWire> {
    const wire = new CuttingWire(storage);
    await new Promise<void>((resolve) => wire.#server.listen(0, "127.0.0.1", resolve));
    return wire;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.close();
    this.#open.forEach((socket) => socket.destroy());
  }

  #join(near: Socket, far: Socket): void {
    let left = randomInt(1, MOST);
    const talk = new Talk(this.attempts);
    const cut = () => {
      near.destroy();
      far.destroy();
    };
    const pass = (from: Socket, into: Socket, read: (bytes: Buffer) => void) => {
      this.#open.add(from);
      from.on("data", (bytes: Buffer) => {
        const passed = bytes.subarray(0, Math.max(0, left));
        const isLast = left >= 0 && left < bytes.length;
        left -= bytes.length;
        read(passed);
        if (isLast) {
          this.cuts += 1;
          into.write(passed, cut);
        } else if (passed.length > 0) {
          into.write(passed);
        }
      });
      from.on("error", cut);
      from.on("close", () => {
        this.#open.delete(from);
        cut();
      });
    };
    pass(near, far, (bytes) => talk.asked(bytes));
    pass(far, near, (bytes) => talk.answered(bytes));
  }
}

/** What is said on one connection: a request, its answer, the next request. */
class Talk {
  readonly #attempts: Attempt[];
  /** Of the head that is being said; empty while a body is. */
  #head = Buffer.alloc(0);
  #answer = Buffer.alloc(0);
  /** Bytes of the request's body that have not been said. */
  #body = 0;
  #current: Attempt | undefined;

  constructor(attempts: Attempt[]) {
    this.#attempts = attempts;
  }

  asked(bytes: Buffer): void {
    if (bytes.length === 0) return;
    if (this.#body > 0) {
      const more = Math.min(this.#body, bytes.length);
      this.#body -= more;
      if (this.#current !== undefined) this.#current.bytes += more;
      return this.asked(bytes.subarray(more));
    }
    const heard = Buffer.concat([this.#head, bytes]);
    const end = heard.indexOf(HEAD_END);
    if (end < 0) {
      this.#head = heard;
      return;
    }
    this.#begin(heard.subarray(0, end).toString("latin1"));
    this.#head = Buffer.alloc(0);
    this.asked(heard.subarray(end + HEAD_END.length));
  }

  answered(bytes: Buffer): void {
    this.#answer = Buffer.concat([this.#answer, bytes]);
    const isWhole = this.#answer.includes(HEAD_END);
    if (isWhole && this.#current !== undefined) {
      this.#current.isConfirmed ||= /^HTTP\/1\.1 201 /.test(this.#answer.toString("latin1"));
    }
  }

  #begin(head: string): void {
    const [, method, target = "/"] = /^(\S+) (\S+) /.exec(head) ?? [];
    this.#body = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    this.#answer = Buffer.alloc(0);
    const { pathname, searchParams } = new URL(target, "http://storage");
    const block = searchParams.get("comp") === "block" ? searchParams.get("blockid") : null;
    this.#current =
      method === "PUT" && block !== null
        ? { block: `${pathname} ${block}`, bytes: 0, isConfirmed: false }
        : undefined;
    if (this.#current !== undefined) this.#attempts.push(this.#current);
  }
}
