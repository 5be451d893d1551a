// Three fields that are one date. The function decides who it is; this only keeps an answer that
// is no date from costing a round trip.

export interface DateFields {
  day: string;
  month: string;
  year: string;
}

export type DateAnswer =
  | { kind: "date"; iso: string }
  | { kind: "missing" }
  | { kind: "not-a-date" };

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** `YYYY-MM-DD`; whether 29 February was, the function knows. */
export function parseDate({ day, month, year }: DateFields): DateAnswer {
  const parts = [day, month, year].map((part) => part.trim());
  if (parts.some((part) => part === "")) {
    return { kind: "missing" };
  }
  const [d = NaN, m = NaN, y = NaN] = parts.map((part) => (/^\d+$/.test(part) ? Number(part) : NaN));
  const most = DAYS[m - 1];
  if (most === undefined || !(d >= 1 && d <= most) || !/^\d{4}$/.test(parts[2] ?? "")) {
    return { kind: "not-a-date" };
  }
  const two = (number: number) => String(number).padStart(2, "0");
  return { kind: "date", iso: `${y}-${two(m)}-${two(d)}` };
}
