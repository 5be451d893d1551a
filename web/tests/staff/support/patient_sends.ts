// The patient's side over the API, as their browser does it, so that staff have something to see.
import { createHash } from "node:crypto";
import { until } from "../../support/staff.ts";
import type { Person } from "../../support/person.ts";
import { ASHA, type Script } from "./colleague.ts";

interface Grant {
  upload: string;
  url: string;
  headers: Record<string, string>;
}

/** Somebody's visit to the patient's page. */
export class Visit {
  readonly url: string;
  #cookies = new Map<string, string>();
  #request: string | undefined;

  constructor(url: string) {
    this.url = url;
  }

  async call<T>(method: string, path: string, body: unknown = {}): Promise<T> {
    const answer = await fetch(this.url + path, {
      method,
      headers: {
        "Content-Type": "application/json",
        Origin: this.url,
        Cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; "),
        ...(this.#request && { "Aftersight-Request": this.#request }),
      },
      ...(method === "GET" ? {} : { body: JSON.stringify(body) }),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [name = "", value = ""] = (cookie.split(";")[0] ?? "").split("=");
      this.#cookies.set(name, value);
    }
    const said = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${said}`);
    return JSON.parse(said) as T;
  }

  async identify(link: string, { familyName, dateOfBirth }: Person): Promise<void> {
    const code = link.split("#")[1];
    await this.call("POST", "/api/links/open", { code });
    const answer = { code, familyName, dateOfBirth };
    const { request } = await this.call<{ request: string }>("POST", "/api/links/identity", answer);
    this.#request = request;
  }

  async agree(): Promise<void> {
    const path = "/api/capture/consent";
    const { version } = await this.call<{ version: string }>("GET", path);
    await this.call("PUT", path, { version, given: true });
  }

  async send(photo: Buffer): Promise<void> {
    const sha256 = createHash("sha256").update(photo).digest("hex");
    const contentType = photo[0] === 0xff ? "image/jpeg" : "image/png";
    const wish = { contentType, bytes: photo.length, sha256, source: "camera" };
    const grant = await this.call<Grant>("POST", "/api/capture/uploads", wish);
    const put = await fetch(grant.url, {
      method: "PUT",
      headers: { ...grant.headers, Origin: this.url },
      body: new Uint8Array(photo),
    });
    if (put.status !== 201) throw new Error(`the upload was answered with ${put.status}`);
    await this.call("POST", `/api/capture/uploads/${grant.upload}/finish`);
  }

  async submit(note?: string): Promise<void> {
    await this.call("POST", "/api/capture/submit", note === undefined ? {} : { note });
  }
}

export interface Sender {
  script: Script;
  patient: string;
  person: Person;
}

/** Follows `link` and sends `photos`; returns when all of them are filed. */
export async function sendPhotos(
  sender: Sender,
  link: string,
  photos: readonly Buffer[],
  note?: string,
) {
  const { script, patient, person } = sender;
  const before = (await script.itemsOf(patient, ASHA)).length;
  const visit = new Visit(script.url);
  await visit.identify(link, person);
  await visit.agree();
  for (const photo of photos) await visit.send(photo);
  await visit.submit(note);
  return until("the pictures to be filed", async () => {
    const items = await script.itemsOf(patient, ASHA);
    return items.length >= before + photos.length ? items : undefined;
  });
}
