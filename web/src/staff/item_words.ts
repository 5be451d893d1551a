// When a picture was taken, as far as anybody knows: the page's camera is believed, a file's own
// date is only what the file says.
import type { ItemShown } from "./staff_api.ts";
import { dayAndTime } from "./time_words.ts";
import { words } from "./words.ts";

/** Short, for beside a thumbnail. */
export function takenWords(item: ItemShown, now: number): string {
  return item.capturedAt
    ? words.patient.takenAt(dayAndTime(Date.parse(item.capturedAt), now))
    : words.patient.arrivedAt(dayAndTime(Date.parse(item.filedAt), now));
}

/** Whom the item's consent names; without it, only that they had the link. */
export function sentByWords({ takenBy }: Pick<ItemShown, "takenBy">): string {
  const said = words.picture;
  if (takenBy?.who === "patient") return said.byPatient;
  return takenBy?.relation ? said.byCarer(takenBy.relation) : said.byLink;
}

/** `3 Nov 2026, 10:12` of `2026-11-03T10:12:00`: the file's own time, in no zone. */
export function fileSaysWords(item: ItemShown): string | undefined {
  const says = item.fileSaysTakenAt;
  const parts = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}:\d{2})/.exec(says ?? "");
  if (parts === null) return undefined;
  const [, year, month, day, time] = parts;
  return words.patient.fileSays(`${Number(day)}/${Number(month)}/${year} ${time}`);
}
