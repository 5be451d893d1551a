// `cargo xtask bench pages`: what the pages weigh, how soon each page of a patient can be used on an
// old phone with little signal, and the first of them beside the same made with React.
import { fileURLToPath } from "node:url";
import { launch } from "../tests/support/browser.ts";
import { startSystem } from "../tests/support/running_system.ts";
import { startPeer } from "./peer.ts";
import { walk, type Walked } from "./road.ts";
import { type PageSizes, type Size, sizesOf } from "./sizes.ts";
import { CONDITIONS, load, pickUpSlowPhone } from "./slow_phone.ts";

const DIST = fileURLToPath(new URL("../dist", import.meta.url));
/** Of each page; the middle one counts. */
const ROUNDS = 5;
const FIRST_LOAD_LIMIT = 6000;
const LATER_LIMIT = 3000;

const middle = (times: readonly number[]) =>
  [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(2);
const kilobytes = (bytes: number) => (bytes / 1000).toFixed(1);

function row(name: string, ...cells: readonly string[]): void {
  console.log(name.padEnd(30) + cells.map((cell) => cell.padStart(10)).join(""));
}

function printSizes(name: string, sizes: PageSizes): void {
  for (const [part, { raw, gzip, brotli }] of Object.entries(sizes) as [string, Size][]) {
    row(`${name}: ${part}`, ...[raw, gzip, brotli].map(kilobytes));
  }
}

/** Prints the times beside their limits; how many were too long. */
function printTimes(walks: readonly Walked[]): number {
  const pages = walks[0]?.pages.map(({ page }) => page) ?? [];
  const times = pages.map((_, at) => walks.map((walked) => walked.pages[at]?.milliseconds ?? NaN));
  const limits = pages.map((_, at) => (at === 0 ? FIRST_LOAD_LIMIT : LATER_LIMIT));
  const late = pages.map((_, at) => !(middle(times[at] ?? []) <= (limits[at] ?? 0)));
  pages.forEach((page, at) => {
    const all = times[at] ?? [];
    const cells = [middle(all), Math.min(...all), Math.max(...all), limits[at] ?? 0].map(seconds);
    row(page, ...cells, late[at] === true ? "TOO LATE" : "");
  });
  return late.filter(Boolean).length;
}

const system = await startSystem();
// What the prebuilt style asks of another origin, a typeface, fails at once: no bench needs a network.
const { browser, close } = await launch({
  switches: ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
});

const walks: Walked[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  console.error(`A patient's road on a slow phone, ${round + 1} of ${ROUNDS}`);
  walks.push(await walk(browser, system));
}
const peer = await startPeer(walks[0]?.answers ?? new Map());
const peerTimes: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const { page, context } = await pickUpSlowPhone(browser, new URL(peer.address).origin);
  peerTimes.push(await load(page, `${peer.address}#peer`, "Continue"));
  await context.close();
}

const patient = sizesOf("patient", DIST);
row("kB", "raw", "gzip", "brotli");
printSizes("patient", patient);
printSizes("staff", sizesOf("staff", DIST));

console.log(`\nSeconds until a page's control can be used: ${CONDITIONS}; ${ROUNDS} rounds`);
row("", "middle", "least", "most", "limit");
const late = printTimes(walks);

console.log(`\nThe first page with ${peer.madeWith.join(", ")}`);
console.log("Ours carries the whole journey in its scripts and styles, theirs this one page.");
row("", "ours", "theirs", "ratio");
const both = (name: string, our: number, their: number, show: (value: number) => string) =>
  row(name, show(our), show(their), (our / their).toFixed(2));
for (const part of ["scripts", "styles", "html"] as const) {
  for (const coding of ["raw", "gzip", "brotli"] as const) {
    both(`${part}, kB ${coding}`, patient[part][coding], peer.sizes[part][coding], kilobytes);
  }
}
const ourTimes = walks.map(({ pages }) => pages[0]?.milliseconds ?? Number.NaN);
both("first load, s", middle(ourTimes), middle(peerTimes), seconds);

await peer.close();
await close();
await system.stop();
process.exitCode = late === 0 ? 0 : 1;
