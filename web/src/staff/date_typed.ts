// A date as it is typed into three fields, and as the API takes it.
import { dateWords } from "../surface/typed_date/date_words.ts";
import { type DateBox, type DateBoxes, readDate } from "../surface/typed_date/typed_date.ts";

export type DateTyped = DateBoxes;

export const NO_DATE: DateTyped = { day: "", month: "", year: "" };

/** `1980-02-29`; what cannot be a date goes as it was typed, and the service says what is wrong. */
export function dateToSend(typed: DateTyped): string {
  const date = readDate(typed, dateWords.months);
  if (date.is === "date") return date.iso;
  const { day, month, year } = typed;
  const parts = [year.trim(), padded(month), padded(day)];
  return parts.every((part) => part === "") ? "" : parts.join("-");
}

/** The boxes of a refused date that may be wrong; all of them where it is a day that there is. */
export function wrongBoxes(typed: DateTyped): readonly DateBox[] {
  const date = readDate(typed, dateWords.months);
  return date.is === "date" ? ["day", "month", "year"] : date.boxes;
}

export function dateFrom(date: string): DateTyped {
  const [year = "", month = "", day = ""] = date.split("-");
  return { day: unpadded(day), month: unpadded(month), year };
}

/** `31 3 1980`, `31.3.1980` and `31-3-1980` as the search takes them; all else as it was typed. */
export function searchToSend(typed: string): string {
  const trimmed = typed.trim();
  const date = /^(\d{1,2})[ .\-/]+(\d{1,2})[ .\-/]+(\d{4})$/.exec(trimmed);
  return date === null ? trimmed : `${date[1]}/${date[2]}/${date[3]}`;
}

function padded(part: string): string {
  const trimmed = part.trim();
  return /^\d$/.test(trimmed) ? `0${trimmed}` : trimmed;
}

function unpadded(part: string): string {
  return part.replace(/^0(?=\d)/, "");
}
