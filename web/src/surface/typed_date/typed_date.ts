// A date as people type it into three boxes. What can be meant in one way only is taken: month names,
// digits of every script, "5th", spaces, slashes, a whole date in one box. Nothing is guessed: a fault
// has a name, and only the boxes that may be wrong are marked. The function takes one strict form.
import { plainDigits } from "./digits.ts";

export interface DateBoxes {
  day: string;
  month: string;
  year: string;
}

export type DateBox = keyof DateBoxes;

/** What is wrong with a date. `date` is what it would say, for the words: `31 February`. */
export type DateFault =
  | { is: "missing" }
  | { is: "incomplete"; boxes: readonly DateBox[] }
  | { is: "day" }
  | { is: "month" }
  | { is: "year" }
  | { is: "no-such-day"; date: string };

export type TypedDate =
  | { is: "date"; iso: string }
  | { is: "wrong"; fault: DateFault; boxes: readonly DateBox[] };

const BOXES = ["day", "month", "year"] as const;
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** Of a month's name, so that June is not July. */
const FEWEST_LETTERS = 3;

interface Part {
  text: string;
  box: DateBox;
}

/** `months` are their names in the language of the page. */
export function readDate(typed: DateBoxes, months: readonly string[]): TypedDate {
  const parts = BOXES.flatMap((box) => partsOf(typed[box]).map((text): Part => ({ text, box })));
  const empty = BOXES.filter((box) => partsOf(typed[box]).length === 0);
  if (empty.length === BOXES.length) {
    return { is: "wrong", fault: { is: "missing" }, boxes: BOXES };
  }
  const [day, month, year] = parts;
  if (parts.length !== 3 || day === undefined || month === undefined || year === undefined) {
    return empty.length > 0
      ? { is: "wrong", fault: { is: "incomplete", boxes: empty }, boxes: empty }
      : oneIn(typed, months);
  }
  return dateOf(day, month, year, months);
}

/** Every box has something, and one of them more than its part. */
function oneIn(typed: DateBoxes, months: readonly string[]): TypedDate {
  const [day, month, year] = BOXES.map((box): Part => ({ text: partsOf(typed[box]).join(" "), box }));
  return day && month && year
    ? dateOf(day, month, year, months)
    : { is: "wrong", fault: { is: "missing" }, boxes: BOXES };
}

function dateOf(day: Part, month: Part, year: Part, months: readonly string[]): TypedDate {
  const d = numberIn(day.text.replace(/(\d)(st|nd|rd|th)$/i, "$1"));
  const m = monthIn(month.text, months);
  const wrong: [DateFault, Part][] = [];
  if (!(d >= 1 && d <= 31)) wrong.push([{ is: "day" }, day]);
  if (!(m >= 1 && m <= 12)) wrong.push([{ is: "month" }, month]);
  if (!/^\d{4}$/.test(year.text)) wrong.push([{ is: "year" }, year]);
  const [first] = wrong;
  if (first !== undefined) {
    return { is: "wrong", fault: first[0], boxes: boxesOf(wrong.map(([, part]) => part)) };
  }
  const name = `${d} ${months[m - 1]}`;
  if (d > (DAYS[m - 1] ?? 0)) {
    return noSuchDay(name, [day, month]);
  }
  const y = Number(year.text);
  if (m === 2 && d === 29 && !isLeap(y)) {
    return noSuchDay(`${name} ${year.text}`, [day, month, year]);
  }
  const two = (number: number) => String(number).padStart(2, "0");
  return { is: "date", iso: `${year.text}-${two(m)}-${two(d)}` };
}

function noSuchDay(date: string, parts: readonly Part[]): TypedDate {
  return { is: "wrong", fault: { is: "no-such-day", date }, boxes: boxesOf(parts) };
}

function boxesOf(parts: readonly Part[]): readonly DateBox[] {
  return BOXES.filter((box) => parts.some((part) => part.box === box));
}

/** What stands between spaces, slashes, dots, commas and hyphens. */
function partsOf(typed: string): string[] {
  return plainDigits(typed)
    .split(/[\s./,\-\u2010-\u2015]+/)
    .filter((part) => part !== "");
}

function numberIn(text: string): number {
  return /^\d{1,2}$/.test(text) ? Number(text) : NaN;
}

/** By number, by name, or by as much of the name as leaves no other. */
function monthIn(text: string, months: readonly string[]): number {
  const number = numberIn(text);
  if (!Number.isNaN(number)) return number;
  const start = text.toLowerCase();
  const found = months.findIndex((name) => name.toLowerCase().startsWith(start));
  return start.length >= FEWEST_LETTERS && found >= 0 ? found + 1 : NaN;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}
