// What is said about a date that somebody typed. Part of both catalogues of words: another language is
// another file of this shape.
import type { DateFault } from "./typed_date.ts";

export const dateWords = {
  months: [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
  ],
  /** `day and a month` */
  incomplete: (parts: string) => `The date of birth must have a ${parts}`,
  and: "and a",
  day: "Day must be a number from 1 to 31",
  month: "Month must be a number from 1 to 12, or a name like March",
  year: "Year must have 4 numbers",
  noSuchDay: (date: string) => `There is no ${date}`,
};

/** `missing` is for the page to say: it knows whose date it is. */
export function faultInWords(fault: DateFault, missing: string): string {
  switch (fault.is) {
    case "missing":
      return missing;
    case "incomplete":
      return dateWords.incomplete(fault.boxes.join(` ${dateWords.and} `));
    case "day":
      return dateWords.day;
    case "month":
      return dateWords.month;
    case "year":
      return dateWords.year;
    case "no-such-day":
      return dateWords.noSuchDay(fault.date);
  }
}
