// A patient's details as they are typed, to add somebody and to correct. Pure.
import { dateFrom, dateToSend, NO_DATE, type DateTyped } from "./date_typed.ts";
import { mobileInWords } from "./person_words.ts";
import type { DetailsForm, PatientShown } from "./staff_api.ts";
import { calendarDay } from "./time_words.ts";

export interface DetailsTyped {
  givenName: string;
  familyName: string;
  dateOfBirth: DateTyped;
  nhsNumber: string;
  mobile: string;
  email: string;
  gpPractice: string;
}

export type DetailsField = keyof DetailsTyped;

export const DETAILS_FIELDS: readonly DetailsField[] = [
  "givenName",
  "familyName",
  "dateOfBirth",
  "nhsNumber",
  "mobile",
  "email",
  "gpPractice",
];

export const NOTHING_TYPED: DetailsTyped = {
  givenName: "",
  familyName: "",
  dateOfBirth: NO_DATE,
  nhsNumber: "",
  mobile: "",
  email: "",
  gpPractice: "",
};

export function detailsOf(record: PatientShown): DetailsTyped {
  return {
    givenName: record.givenName,
    familyName: record.familyName,
    dateOfBirth: dateFrom(record.dateOfBirth),
    nhsNumber: record.nhsNumber ?? "",
    mobile: mobileInWords(record.mobile ?? ""),
    email: record.email ?? "",
    gpPractice: record.gpPractice ?? "",
  };
}

/** What was left empty is not sent. */
export function detailsToSend(typed: DetailsTyped): DetailsForm {
  const given = (text: string) => (text.trim() === "" ? null : text.trim());
  return {
    givenName: typed.givenName.trim(),
    familyName: typed.familyName.trim(),
    dateOfBirth: dateToSend(typed.dateOfBirth),
    nhsNumber: given(typed.nhsNumber),
    mobile: given(typed.mobile),
    email: given(typed.email),
    gpPractice: given(typed.gpPractice),
  };
}

export interface Difference {
  field: DetailsField;
  theirs: string;
  mine: string;
}

/** Where what somebody typed is not what is saved now; spaces and capitals of codes aside. */
export function differences(theirs: DetailsTyped, mine: DetailsTyped): Difference[] {
  return DETAILS_FIELDS.map((field) => ({
    field,
    theirs: shownValue(theirs, field),
    mine: shownValue(mine, field),
  })).filter((one) => plain(one.theirs) !== plain(one.mine));
}

function shownValue(details: DetailsTyped, field: DetailsField): string {
  const value = details[field];
  if (typeof value === "string") return value.trim();
  const date = dateToSend(value);
  return /^\d{4}-\d{2}-\d{2}$/.test(date) && !Number.isNaN(Date.parse(date))
    ? calendarDay(date)
    : date;
}

function plain(value: string): string {
  return value.replace(/\s+/g, "");
}
