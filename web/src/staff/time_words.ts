// Times in words, as people in the United Kingdom read them: the team's clock on the wall, wherever
// the browser thinks it is.

const ZONE = "Europe/London";

const CLOCK = new Intl.DateTimeFormat("en-GB", {
  timeZone: ZONE,
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const DAY = new Intl.DateTimeFormat("en-GB", {
  timeZone: ZONE,
  day: "numeric",
  month: "short",
  year: "numeric",
});
const LONG_DAY = new Intl.DateTimeFormat("en-GB", {
  timeZone: ZONE,
  day: "numeric",
  month: "long",
  year: "numeric",
});
const WEEKDAY = new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, weekday: "short" });
const DAY_NUMBER = new Intl.DateTimeFormat("en-CA", { timeZone: ZONE });

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY_LENGTH = 24 * HOUR;

/** `14:05`. */
export function clockTime(at: number): string {
  return CLOCK.format(at);
}

/** `22 Nov 2026`. */
export function day(at: number): string {
  return DAY.format(at);
}

/** `22 November 2026`, for headings. */
export function longDay(at: number): string {
  return LONG_DAY.format(at);
}

/** The day at `at` as a key that sorts: `2026-11-22`. */
export function dayKey(at: number): string {
  return DAY_NUMBER.format(at);
}

/** `today 14:05`, `yesterday 14:05`, `20 Nov 2026, 14:05`. */
export function dayAndTime(at: number, now: number): string {
  if (dayKey(at) === dayKey(now)) return `today ${clockTime(at)}`;
  if (dayKey(at) === dayKey(noonOn(now, -1))) return `yesterday ${clockTime(at)}`;
  return `${day(at)}, ${clockTime(at)}`;
}

/** `Sun 22 Nov 2026, 14:05`: for what is read later, or on paper, where "today" is another day. */
export function weekdayAndTime(at: number): string {
  return `${WEEKDAY.format(at)} ${day(at)}, ${clockTime(at)}`;
}

/** The day on the calendar so many days after the one at `now`. */
export function dayAfter(now: number, days: number): string {
  return day(noonOn(now, days));
}

/** Until when a link opens: to the end of its last day, or to its hour where that is what counts. */
export function linkEnd(
  link: { expiresAt: string; lastDay?: string | null },
  now: number,
): string {
  return typeof link.lastDay === "string"
    ? calendarDay(link.lastDay)
    : dayAndTime(Date.parse(link.expiresAt), now);
}

/** Days of a clock change have 23 or 25 hours; from noon to noon that moves nobody a day. */
function noonOn(now: number, days: number): number {
  return Date.parse(`${dayKey(now)}T12:00:00Z`) + days * DAY_LENGTH;
}

/** How long ago, in the largest whole unit: `just now`, `5 minutes`, `2 hours`, `3 days`. */
export function howLong(from: number, now: number): string {
  const passed = now - from;
  if (passed < MINUTE) return "less than a minute";
  if (passed < HOUR) return counted(Math.floor(passed / MINUTE), "minute");
  if (passed < DAY_LENGTH) return counted(Math.floor(passed / HOUR), "hour");
  return counted(Math.floor(passed / DAY_LENGTH), "day");
}

/** How far two moments are from each other, in days on the wall: `14 days apart`. */
export function daysApart(one: number, other: number): string {
  const days = Math.abs(Date.parse(dayKey(one)) - Date.parse(dayKey(other))) / DAY_LENGTH;
  return days === 0 ? "the same day" : `${counted(days, "day")} apart`;
}

/** `1 photo`, `3 photos`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** A day on the calendar, `1980-02-29`, as `29 Feb 1980`; no clock turns it into its neighbour. */
export function calendarDay(date: string): string {
  return DAY.format(Date.parse(`${date}T12:00:00Z`));
}
