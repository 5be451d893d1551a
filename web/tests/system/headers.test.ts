// Every kind of answer that the running system gives, each with its headers looked at: pages, what
// they load, every call of the API when it works and with every status that refuses, the storage,
// HEAD, and what does not exist.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { wrongWith } from "../support/guards.ts";
import { madePng } from "../support/pictures.ts";
import { madeUpPerson } from "../support/person.ts";
import { type RunningSystem, startSystem } from "../support/running_system.ts";
import { until } from "../support/staff.ts";
import { ASHA, Script } from "../staff/support/colleague.ts";

let system: RunningSystem;

interface Sent {
  headers?: Record<string, string>;
  body?: unknown;
  raw?: string | Uint8Array<ArrayBuffer>;
}

interface Got {
  status: number;
  json: Record<string, unknown>;
  headers: Headers;
}

/** Asks, and holds every answer to what each must have. */
class Asking {
  readonly front: string;
  readonly wrong: string[] = [];
  /** `GET 200`, … by the class of the route. */
  readonly seen = new Map<string, Set<string>>();
  #cookies = new Map<string, string>();

  constructor(front: string) {
    this.front = front;
  }

  async ask(kind: string, method: string, target: string, sent: Sent = {}): Promise<Got> {
    const url = target.startsWith("http") ? target : this.front + target;
    const body = sent.raw ?? (sent.body === undefined ? undefined : JSON.stringify(sent.body));
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(url, {
      method,
      redirect: "manual",
      headers: {
        ...(sent.body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(cookie === "" || target.startsWith("http") ? {} : { Cookie: cookie }),
        ...sent.headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    const cookies = answer.headers.getSetCookie();
    for (const set of cookies) {
      const [name = "", value = ""] = (set.split(";")[0] ?? "").split("=");
      this.#cookies.set(name, value);
    }
    const headers = { ...Object.fromEntries(answer.headers), "set-cookie": cookies.join("\n") };
    this.wrong.push(...wrongWith({ method, url, status: answer.status, headers }, this.front));
    const seen = this.seen.get(kind) ?? new Set();
    this.seen.set(kind, seen.add(`${method} ${answer.status}`));
    const text = await answer.text();
    if (method === "HEAD") assert.equal(text, "", `HEAD ${target}`);
    const isJson = (answer.headers.get("content-type") ?? "").includes("json");
    const json = isJson && text !== "" ? (JSON.parse(text) as Record<string, unknown>) : {};
    return { status: answer.status, json, headers: answer.headers };
  }

  /** A call of a patient's page. */
  patient(method: string, path: string, body?: unknown): Promise<Got> {
    const headers = { Origin: this.front };
    return this.ask("patient API", method, path, { headers, body: method === "GET" ? undefined : (body ?? {}) });
  }
}

describe("the headers of every answer", () => {
  before(async () => {
    system = await startSystem();
  });
  after(() => system.stop());

  // R54, R120, R121, R147, R148.
  test("keep it where it belongs, for whom it is, and out of every cache", async () => {
    const asking = new Asking(system.url);
    await pages(asking);
    await assets(asking);
    await staffCalls(asking);
    await patientCalls(asking);
    assert.deepEqual(asking.wrong, []);
    // The walk has been where it was to go: a route that moved must not slip away unseen.
    const lists = [...asking.seen].map(([kind, all]) => [kind, [...all].sort().join(", ")] as const);
    assert.deepEqual(Object.fromEntries(lists), {
      page: "GET 200, HEAD 200",
      home: "GET 302, HEAD 302",
      "no page": "GET 404, HEAD 404",
      asset: "GET 200, GET 304, HEAD 200",
      "staff API": "GET 200, GET 401, GET 404, POST 200, POST 201, POST 401, POST 404, POST 409, POST 422, PUT 200, PUT 409",
      "patient API":
        "DELETE 200, DELETE 401, GET 200, GET 401, POST 200, POST 201, POST 401, POST 404, POST 409, POST 410, POST 413, POST 415, POST 422, POST 429, PUT 200, PUT 422",
      storage: "GET 200, GET 403, GET 404, OPTIONS 200, PUT 201, PUT 403",
    });
  });

  test("the look sees what it is there for", () => {
    const url = `${system.url}/api/capture`;
    const bare = wrongWith({ method: "GET", url, status: 200, headers: {} }, system.url);
    assert.ok(bare.length >= 6, bare.join("\n"));
    const lax = { "content-security-policy": "default-src 'none'; script-src 'unsafe-inline' https://example.org" };
    const said = wrongWith({ method: "GET", url, status: 200, headers: lax }, system.url).join("\n");
    assert.match(said, /lax/);
    assert.match(said, /example\.org/);
    const onHttps = wrongWith({ method: "GET", url: "https://photos.example.org/", status: 200, headers: {} }, "https://photos.example.org");
    assert.ok(onHttps.some((what) => what.includes("http is not refused")));
  });
});

async function pages(asking: Asking): Promise<void> {
  const paths = ["/r", "/staff", "/staff/patients/x", "/privacy", "/privacy/riverside", "/settings.json"];
  for (const path of paths) {
    for (const method of ["GET", "HEAD"]) await asking.ask("page", method, path);
  }
  for (const method of ["GET", "HEAD"]) await asking.ask("home", method, "/");
  await asking.ask("page", "GET", "/api/openapi.json");
  for (const path of ["/nothing", "/api/nothing", "/assets/nothing.js", "/privacy/nobody", "/r/x"]) {
    for (const method of ["GET", "HEAD"]) await asking.ask("no page", method, path);
  }
  // A method that no route has is answered by the Functions host itself, before any of ours: it
  // has no headers of ours, and so must have nothing in it.
  const nobody = await fetch(`${asking.front}/api/nothing`, { method: "POST", body: "{}" });
  assert.deepEqual([nobody.status, await nobody.text()], [404, ""]);
}

async function assets(asking: Asking): Promise<void> {
  const html = await (await fetch(`${asking.front}/r`)).text();
  const names = [...html.matchAll(/(?:src|href)="(\/[^"]+\.(?:js|css|svg))"/g)].map(([, name = ""]) => name);
  assert.ok(names.length >= 3, html);
  for (const name of names) {
    for (const coding of ["br", "gzip", "identity"]) {
      const got = await asking.ask("asset", "GET", name, { headers: { "Accept-Encoding": coding } });
      const known = { "Accept-Encoding": coding, "If-None-Match": got.headers.get("etag") ?? "" };
      assert.equal((await asking.ask("asset", "GET", name, { headers: known })).status, 304);
    }
    await asking.ask("asset", "HEAD", name);
  }
}

async function staffCalls(asking: Asking): Promise<void> {
  const script = new Script(asking.front);
  const headers = { Authorization: `Bearer ${await script.tokenOf(ASHA)}` };
  const call = (method: string, path: string, body?: unknown) =>
    asking.ask("staff API", method, path, { headers, body });
  for (const path of ["/api/me", "/api/inbox"]) {
    await call("GET", path);
    await asking.ask("staff API", "GET", path);
  }
  await asking.ask("staff API", "POST", "/api/patients", { body: madeUpPerson() });
  const person = madeUpPerson();
  const added = await call("POST", "/api/patients", person);
  const path = `/api/patients/${String(added.json["patient"])}`;
  await call("POST", "/api/patients", { ...madeUpPerson(), nhsNumber: person.nhsNumber });
  await call("POST", "/api/patients", {});
  await call("GET", path);
  await call("GET", "/api/patients/nobody");
  await call("POST", "/api/patients/find", { q: person.familyName });
  await call("POST", `${path}/notes`, { text: "A note." });
  await call("POST", "/api/inbox/nothing/done", {});
  await call("PUT", path, { ...person, version: 1, reason: "Typing error" });
  await call("PUT", path, { ...person, version: 1, reason: "Typing error" });
}

async function patientCalls(asking: Asking): Promise<void> {
  const asked = await system.staff.ask({ photos: 2 });
  const wrong = await system.staff.ask();
  await asking.patient("GET", "/api/capture");
  await asking.patient("POST", "/api/links/open", { code: "0".repeat(26) });
  const other = new URL(wrong.link).hash.slice(1);
  for (let tries = 0; tries < 6; tries += 1) {
    const answer = { code: other, familyName: "Nobody", dateOfBirth: "1950-01-01" };
    await asking.patient("POST", "/api/links/identity", answer);
  }
  await asking.patient("POST", "/api/links/decline", { code: other });
  await asking.patient("POST", "/api/links/open", { code: other });

  const code = new URL(asked.link).hash.slice(1);
  const { familyName, dateOfBirth } = asked.person;
  await asking.patient("POST", "/api/links/open", { code });
  await asking.patient("POST", "/api/links/identity", { code, familyName });
  await asking.patient("POST", "/api/links/identity", { code, familyName, dateOfBirth });
  await asking.patient("GET", "/api/capture");
  const photo = madePng(64, 48);
  const sha256 = createHash("sha256").update(photo).digest("hex");
  const wish = { contentType: "image/png", bytes: photo.length, sha256, source: "file" };
  await asking.patient("POST", "/api/capture/uploads", wish);
  await asking.patient("PUT", "/api/capture/consent", {});
  const wording = await asking.patient("GET", "/api/capture/consent");
  await asking.patient("PUT", "/api/capture/consent", { version: wording.json["version"], given: true });
  await asking.patient("POST", "/api/capture/session");
  await asking.patient("POST", "/api/capture/submit");
  await asking.patient("POST", "/api/capture/uploads", { ...wish, contentType: "text/html" });
  await asking.patient("POST", "/api/capture/uploads", { ...wish, bytes: 2 ** 40 });
  const granted = await asking.patient("POST", "/api/capture/uploads", wish);
  const upload = String(granted.json["upload"]);
  await asking.patient("POST", `/api/capture/uploads/${upload}/finish`);
  await storage(asking, String(granted.json["url"]), photo);
  await asking.patient("POST", `/api/capture/uploads/${upload}/finish`);
  await asking.patient("POST", "/api/capture/submit");
  await until("the picture", async () => (await system.staff.itemsOf(asked.patient))[0]);
  const [item] = await system.staff.itemsOf(asked.patient);
  const view = `/api/patients/${asked.patient}/items/${String(item?.["item"])}/view`;
  const shown = await system.staff.call("POST", view, {});
  await asking.ask("storage", "GET", String(shown["url"]));
  await asking.ask("storage", "GET", String(shown["url"]).replace(/sig=[^&]+/, "sig=x"));
  await asking.patient("DELETE", "/api/capture/consent");
  await asking.patient("DELETE", "/api/capture/consent");
}

async function storage(asking: Asking, url: string, photo: Buffer): Promise<void> {
  const preflight = {
    Origin: asking.front,
    "Access-Control-Request-Method": "PUT",
    "Access-Control-Request-Headers": "x-ms-blob-content-type",
  };
  await asking.ask("storage", "OPTIONS", url, { headers: preflight });
  const headers = { Origin: asking.front };
  const raw = new Uint8Array(photo);
  const id = encodeURIComponent(btoa("000000"));
  await asking.ask("storage", "PUT", url.replace(/sig=[^&]+/, "sig=x") + `&comp=block&blockid=${id}`, { headers, raw });
  await asking.ask("storage", "PUT", `${url}&comp=block&blockid=${id}`, { headers, raw });
  const list = '<?xml version="1.0" encoding="utf-8"?><BlockList><Latest>MDAwMDAw</Latest></BlockList>';
  await asking.ask("storage", "PUT", `${url}&comp=blocklist`, {
    headers: { ...headers, "x-ms-blob-content-type": "image/png" },
    raw: list,
  });
  await asking.ask("storage", "GET", new URL("/nothing/here", url).href);
}
