// Watches a page for all that must never happen: a policy that had to stop something, an error in a
// script, a request to a stranger, an answer without its guards. What it sees makes the test fail
// that asks, and in any case the whole run: `browser_tests.ts` reads the file that is named in
// AFTERSIGHT_COMPLAINTS.
import { appendFileSync } from "node:fs";
import type { Page, Response } from "playwright-core";
import { routeOf, wrongWith } from "./guards.ts";
import { storageOf } from "./running_system.ts";

/** A line of the file: something that went wrong, or an answer whose headers were looked at. */
export type Noted = { complaint: string } | { answer: string };

function note(noted: Noted): void {
  const file = process.env["AFTERSIGHT_COMPLAINTS"];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(noted)}\n`);
}

export interface WatchOptions {
  /** Origin of the front; storage and the issuer are its neighbours. */
  url: string;
  complaints: string[];
  /** The issuer is nobody to a patient's page. */
  neighbours: readonly number[];
  /** Origin of pictures, where that is no neighbour. */
  storage?: string;
  /** Who signs staff in, where that is no neighbour. */
  issuer?: string;
}

export function watch(page: Page, options: WatchOptions): void {
  const { url, complaints, neighbours, storage = storageOf(url), issuer } = options;
  const front = new URL(url);
  const others = neighbours.map((next) => `http://${front.hostname}:${Number(front.port) + next}`);
  const ours = [front.origin, storage, ...others, ...(issuer === undefined ? [] : [issuer])];
  const complain = (complaint: string) => {
    complaints.push(complaint);
    note({ complaint });
  };
  page.on("request", (request) => {
    const address = new URL(request.url());
    const isOurs = ours.includes(address.origin) || ["blob:", "about:"].includes(address.protocol);
    if (!isOurs) complain(`asked a stranger: ${address.origin}`);
    // A mail filter may write a link so; whoever opens it asks for it, and no page of ours does.
    const isRewritten = request.isNavigationRequest() && /^\/r\/?%(?:25)?23/.test(address.pathname);
    if (!isRewritten && (address.hash !== "" || request.url().includes("%23"))) {
      complain(`a code in an address: ${address.pathname}`);
    }
  });
  const look = async (response: Response) => {
    const { origin } = new URL(response.url());
    // What a test answered itself came from no address, and has the headers that the test gave it.
    // Azurite's headers are Azurite's own.
    const guarded = storage.startsWith("http:") ? [front.origin, storage] : [front.origin];
    if (!guarded.includes(origin) || (await response.serverAddr()) === null) return;
    const method = response.request().method();
    const answer = { method, url: response.url(), status: response.status(), headers: response.headers() };
    wrongWith(answer, front.origin, ours).forEach(complain);
    note({ answer: `${method} ${answer.status} ${routeOf(answer.url)}` });
  };
  page.on("response", (response) => {
    // A page that is closed meanwhile has nothing more to say about its answers.
    look(response).catch(() => undefined);
  });
  page.on("pageerror", (error) => complain(`an error in a script: ${error.message}`));
  page.on("console", (message) => {
    if (/Content.Security.Policy|violates the following/i.test(message.text())) {
      complain(message.text());
    }
  });
}
