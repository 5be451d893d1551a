// The nurse's side of a patient's journey, by script: adds a patient, asks for photos, reads the
// text on the demo phone, and sees what arrived.
import { e164, madeUpPerson, type Person } from "./person.ts";

export interface Wish {
  bodySite?: string;
  laterality?: string;
  photos?: number;
  note?: string;
}

/** A request that was texted to somebody. */
export interface Asked {
  person: Person;
  patient: string;
  request: string;
  /** The link as the text has it. */
  link: string;
}

type Json = Record<string, unknown>;

export class Staff {
  readonly url: string;
  #token: string;

  private constructor(url: string, token: string) {
    this.url = url;
    this.#token = token;
  }

  /** As the first of the demo staff, who may do the whole main job. */
  static async signIn(url: string): Promise<Staff> {
    const listed = await fetch(`${url}/dev/sign-in`, { headers: { Accept: "application/json" } });
    const { staff } = (await listed.json()) as { staff: { email: string }[] };
    const answer = await fetch(`${url}/dev/sign-in`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ as: staff[0]?.email }),
    });
    const { token } = (await answer.json()) as { token: string };
    return new Staff(url, token);
  }

  async call(method: string, path: string, body?: unknown): Promise<Json> {
    const answer = await fetch(this.url + path, {
      method,
      headers: {
        Authorization: `Bearer ${this.#token}`,
        "Content-Type": "application/json",
        "Idempotency-Key": `test-${crypto.randomUUID()}`,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (answer.status === 401) {
      // Tokens last ten minutes; some tests last longer.
      const again = await Staff.signIn(this.url);
      this.#token = again.#token;
      return this.call(method, path, body);
    }
    const text = await answer.text();
    if (!answer.ok) {
      throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    }
    return text === "" ? {} : (JSON.parse(text) as Json);
  }

  async ask(wish: Wish = {}, person: Person = madeUpPerson()): Promise<Asked> {
    const added = await this.call("POST", "/api/patients", person);
    return this.askAgain(String(added["patient"]), person, wish);
  }

  /** Another request for somebody who is there already. */
  async askAgain(patient: string, person: Person, wish: Wish = {}): Promise<Asked> {
    const made = await this.call("POST", `/api/patients/${patient}/requests`, {
      purpose: "To see how the wound heals",
      bodySite: wish.bodySite ?? "knee",
      laterality: wish.laterality ?? "left",
      photos: wish.photos ?? 2,
      ...(wish.note === undefined ? {} : { note: wish.note }),
    });
    return { person, patient, request: String(made["request"]), link: await this.textTo(person) };
  }

  /** The link of the newest text to `person`, once it has arrived; never the link `after`. */
  async textTo(person: Person, after?: string): Promise<string> {
    return until(`a text to ${person.givenName}`, async () => {
      const answer = await fetch(`${this.url}/dev/phone`, { headers: { Accept: "application/json" } });
      const texts = (await answer.json()) as { to: string; text: string }[];
      const theirs = texts.find(
        ({ to, text }) => to === e164(person.mobile) && text.includes(person.givenName),
      );
      const link = theirs?.text.match(/https?:\/\/\S+#[A-Za-z0-9-]+/)?.[0];
      return link === after ? undefined : link;
    });
  }

  /** Items of a patient's record. */
  async itemsOf(patient: string): Promise<Json[]> {
    const shown = await this.call("GET", `/api/patients/${patient}`);
    return (shown["items"] as Json[] | undefined) ?? [];
  }
}

/** Asks again and again until there is an answer, for a minute at most. */
export async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + 60_000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) {
      return answer;
    }
    if (Date.now() > end) {
      throw new Error(`waited a minute for ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
