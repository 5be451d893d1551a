// The inbox while somebody works through it, as one value: what waits, which pages were added to it,
// which task is just being marked as done. Pure.
import type { Failed } from "./loading.ts";
import type { Inbox, InboxEntry } from "./staff_api.ts";

/** What a task is doing apart from standing in the list. */
export type Finishing =
  | { is: "nothing" }
  | { is: "marking"; row: string }
  | { is: "not-marked"; row: string; why: Failed };

/** Getting the next fifty of a team. */
export type More =
  { is: "nothing" } | { is: "asking"; team: string } | { is: "refused"; why: Failed };

export interface InboxWork {
  finishing: Finishing;
  more: More;
  /** Pages behind the first, in the order they came. */
  pages: readonly Inbox[];
  /** Rows that were marked as done since the list was asked for. */
  done: ReadonlySet<string>;
}

export const UNTOUCHED: InboxWork = {
  finishing: { is: "nothing" },
  more: { is: "nothing" },
  pages: [],
  done: new Set(),
};

export type InboxEvent =
  | { told: "mark"; row: string }
  | { told: "marked"; row: string }
  | { told: "refused"; row: string; why: Failed }
  | { told: "more-asked"; team: string }
  | { told: "more-came"; page: Inbox }
  | { told: "more-refused"; why: Failed }
  | { told: "list-is-new" };

export function afterInbox(work: InboxWork, event: InboxEvent): InboxWork {
  switch (event.told) {
    case "mark":
      // One at a time: a second press of the same button is the same wish.
      return work.finishing.is === "marking"
        ? work
        : { ...work, finishing: { is: "marking", row: event.row } };
    case "marked":
      return { ...work, finishing: { is: "nothing" }, done: new Set([...work.done, event.row]) };
    case "refused":
      return { ...work, finishing: { is: "not-marked", row: event.row, why: event.why } };
    case "more-asked":
      return { ...work, more: { is: "asking", team: event.team } };
    case "more-came":
      return { ...work, more: { is: "nothing" }, pages: [...work.pages, event.page] };
    case "more-refused":
      return { ...work, more: { is: "refused", why: event.why } };
    case "list-is-new":
      return UNTOUCHED;
  }
}

/** What still waits, first what patients wrote to, then the oldest, with what waits for each team. */
export function openInbox(first: Inbox, work: InboxWork): Inbox {
  const all = [first, ...work.pages];
  const rows = all.flatMap((page) => page.rows).filter((row) => !work.done.has(row.row));
  const teams = first.teams.map((team) => {
    const latest = all.flatMap((page) => page.teams).filter((one) => one.team === team.team);
    const waiting = rows.filter((row) => row.team === team.team).length;
    const next = latest[latest.length - 1]?.next;
    return { team: team.team, name: team.name, waiting, ...(next && { next }) };
  });
  return { rows: rows.sort(withWordsThenOldest), teams };
}

function withWordsThenOldest(one: InboxEntry, other: InboxEntry): number {
  const words = Number(!one.patientWords) - Number(!other.patientWords);
  return words === 0 ? Date.parse(one.at) - Date.parse(other.at) : words;
}

/** The row that a key leads to from `current`: the first or last where none is current. */
export function neighbourRow(
  rows: readonly InboxEntry[],
  current: string | undefined,
  step: 1 | -1,
): string | undefined {
  const at = rows.findIndex((row) => row.row === current);
  if (at === -1) return (step === 1 ? rows[0] : rows[rows.length - 1])?.row;
  return rows[Math.min(rows.length - 1, Math.max(0, at + step))]?.row;
}
