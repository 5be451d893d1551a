// A patient's pictures in the order somebody wants to read them: by part of the body, so that one
// wound is one row through time, or by day. Pure.
import type { TimelineOrder } from "./routes.ts";
import type { ItemShown as Item } from "./staff_api.ts";
import { dayKey } from "./time_words.ts";

/** What is in the picture: one part of the body and one side of it. */
export interface Place {
  bodySite: string;
  laterality: string;
}

export type Group =
  | { by: "body-part"; key: string; place: Place; items: Item[] }
  | { by: "date"; key: string; at: number; items: Item[] };

/** When it was taken as far as we know; when it arrived where we do not. */
export function itemTime(item: Item): number {
  return Date.parse(item.capturedAt ?? item.filedAt);
}

export function samePlace(one: Place, other: Place): boolean {
  return one.bodySite === other.bodySite && one.laterality === other.laterality;
}

/** Groups with the newest first; in each the oldest is on the left, as everywhere. */
export function timeline(items: readonly Item[], by: TimelineOrder): Group[] {
  const newestFirst = [...items].sort((one, other) => itemTime(other) - itemTime(one));
  const groups = new Map<string, Group>();
  for (const item of newestFirst) {
    const group = groupOf(item, by);
    const known = groups.get(group.key);
    if (known === undefined) groups.set(group.key, group);
    else known.items.unshift(item);
  }
  return [...groups.values()];
}

function groupOf(item: Item, by: TimelineOrder): Group {
  if (by === "date") {
    const at = itemTime(item);
    return { by, key: dayKey(at), at, items: [item] };
  }
  const { bodySite, laterality } = item;
  return { by, key: `${bodySite}.${laterality}`, place: { bodySite, laterality }, items: [item] };
}

export interface Neighbours {
  /** Taken before it, of the same part of the body. */
  earlier: Item | undefined;
  later: Item | undefined;
  /** Its place among those of the same part, from the first taken: 1 of `count`. */
  place: number;
  count: number;
  /** The others of the same part, the oldest first: what it can be compared with. */
  others: Item[];
  /** Of the submission before, the picture that was taken as this one was; if there is one. */
  previous: Item | undefined;
}

/** The pictures of the same part of the body around `item`; `undefined` where it is not there. */
export function neighbours(items: readonly Item[], item: string): Neighbours | undefined {
  const shown = items.find((one) => one.item === item);
  if (shown === undefined) return undefined;
  const same = items
    .filter((one) => samePlace(one, shown))
    .sort((one, other) => itemTime(one) - itemTime(other));
  const at = same.indexOf(shown);
  return {
    earlier: same[at - 1],
    later: same[at + 1],
    place: at + 1,
    count: same.length,
    others: same.filter((one) => one !== shown),
    previous: previousOf(same, shown),
  };
}

/**
 * What to compare with: never another angle of the same minute, but the latest submission before. The
 * same questions are answered in the same order, so its picture of the same place in the row is the
 * best match. `same` are the pictures of one part and side, the oldest first.
 */
function previousOf(same: readonly Item[], shown: Item): Item | undefined {
  const earlier = same.slice(0, same.indexOf(shown));
  const others = earlier.filter((one) => one.request !== shown.request);
  const before = others[others.length - 1];
  if (before === undefined) return undefined;
  const theirs = same.filter((one) => one.request === before.request);
  const place = same.filter((one) => one.request === shown.request).indexOf(shown);
  return theirs[Math.min(place, theirs.length - 1)];
}
