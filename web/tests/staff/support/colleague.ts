// Members of staff of the demo organisations, by script: what one does while another has a page
// open.
import { until } from "../../support/staff.ts";
import type { Person } from "../../support/person.ts";

export interface Colleague {
  name: string;
  email: string;
}

/** Riverside Hospital, wound care. */
export const ASHA = { name: "Asha Rowan", email: "asha.rowan@riverside.example.net" };
/** Riverside Hospital, plastic surgery. */
export const BEN = { name: "Ben Marlow", email: "ben.marlow@riverside.example.net" };
/** Riverside Hospital, both teams. */
export const CORA = { name: "Cora Finch", email: "cora.finch@riverside.example.net" };
/** Hillview Clinic. */
export const DEV = { name: "Dev Sandhu", email: "dev.sandhu@hillview.example.net" };

export class Script {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  async tokenOf({ email }: Colleague): Promise<string> {
    const signedIn = await fetch(`${this.url}/dev/sign-in`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ as: email }),
    });
    return ((await signedIn.json()) as { token: string }).token;
  }

  /** A call of the staff's API; throws on a refusal. */
  async call<T>(by: Colleague, method: string, path: string, body: unknown = {}): Promise<T> {
    const token = await this.tokenOf(by);
    const answer = await fetch(this.url + path, {
      method,
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      ...(method === "GET" ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  async addPatient(person: Person, by = ASHA): Promise<string> {
    return (await this.call<{ patient: string }>(by, "POST", "/api/patients", person)).patient;
  }

  /** Asks for photos; the link of the text, once it has arrived. */
  async ask(patient: string, person: Person, changes: object = {}, by = ASHA): Promise<string> {
    const before = await this.links(person);
    const wish = {
      purpose: "To see how the wound heals",
      bodySite: "knee",
      laterality: "left",
      photos: 1,
    };
    await this.call(by, "POST", `/api/patients/${patient}/requests`, { ...wish, ...changes });
    return until("the text", async () =>
      (await this.links(person)).find((link) => !before.includes(link)),
    );
  }

  /** Links that were texted to `person`, the newest first. */
  async links({ mobile, givenName }: Person): Promise<string[]> {
    const answer = await fetch(`${this.url}/dev/phone`, {
      headers: { Accept: "application/json" },
    });
    const texts = (await answer.json()) as { to: string; text: string }[];
    const number = `+44${mobile.replace(/\s/g, "").slice(1)}`;
    return texts
      .filter(({ to, text }) => to === number && text.startsWith(`${givenName},`))
      .flatMap(({ text }) => text.match(/https?:\/\/\S+/) ?? []);
  }

  /** The whole text that carried `link`. */
  async textOf(link: string): Promise<string> {
    const answer = await fetch(`${this.url}/dev/phone`, {
      headers: { Accept: "application/json" },
    });
    const texts = (await answer.json()) as { text: string }[];
    return texts.find(({ text }) => text.includes(link))?.text ?? "";
  }

  async itemsOf(patient: string, by = ASHA): Promise<{ item: string }[]> {
    const path = `/api/patients/${patient}`;
    return (await this.call<{ items: { item: string }[] }>(by, "GET", path)).items;
  }
}
