// Dates of birth as people type them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { dateWords, faultInWords } from "./date_words.ts";
import { plainDigits } from "./digits.ts";
import { readDate } from "./typed_date.ts";

const read = (day: string, month: string, year: string) =>
  readDate({ day, month, year }, dateWords.months);
const iso = (day: string, month: string, year: string) => {
  const date = read(day, month, year);
  return date.is === "date" ? date.iso : date.fault.is;
};
const wrong = (day: string, month: string, year: string) => {
  const date = read(day, month, year);
  assert.equal(date.is, "wrong", `${day} ${month} ${year}`);
  return date.is === "wrong" ? [faultInWords(date.fault, "Missing"), date.boxes.join(" ")] : [];
};

test("three boxes are one date, with or without leading noughts", () => {
  assert.equal(iso("27", "3", "1958"), "1958-03-27");
  assert.equal(iso(" 07 ", "03", "1958"), "1958-03-07");
  assert.equal(iso("29", "2", "1980"), "1980-02-29");
});

test("month names and short names are taken in any case", () => {
  for (const month of ["February", "feb", "FEB", "Feb.", " febr ", "Februar"]) {
    assert.equal(iso("1", month, "1980"), "1980-02-01", month);
  }
  assert.equal(iso("1", "Sept", "1980"), "1980-09-01");
  assert.equal(iso("1", "May", "1980"), "1980-05-01");
});

test("digits of every script are digits", () => {
  for (const [day, month, year] of [
    ["٢٧", "٣", "١٩٥٨"],
    ["۲۷", "۳", "۱۹۵۸"],
    ["२७", "३", "१९५८"],
    ["২৭", "৩", "১৯৫৮"],
    ["２７", "３", "１９５８"],
    ["𝟐𝟕", "𝟛", "𝟣𝟫𝟧𝟪"],
    ["𞥒𞥗", "𞥓", "𞥑𞥙𞥕𞥘"],
  ] as const) {
    assert.equal(iso(day, month, year), "1958-03-27", day);
  }
});

test("every decimal digit that this engine knows has its value", () => {
  let seen = 0;
  for (let code = 0; code <= 0x10ffff; code += 1) {
    const digit = code >= 0xd800 && code <= 0xdfff ? "" : String.fromCodePoint(code);
    if (!/^\p{Nd}$/u.test(digit)) continue;
    const known = Number(plainDigits(digit));
    assert.equal(known, seen % 10, code.toString(16));
    seen += 1;
  }
  assert.ok(seen >= 650, String(seen));
});

test("what is pasted, spaces, slashes, dots and 5th are forgiven", () => {
  assert.equal(iso("5th", "3", "1958"), "1958-03-05");
  assert.equal(iso("1ST", "2nd", "1958"), "month");
  assert.equal(iso("\u200e27\u200f", "\ufeff3", "\u202a1958\u202c"), "1958-03-27");
  assert.equal(iso("27.", "/3/", " 1958."), "1958-03-27");
  for (const whole of ["27/3/1958", "27.03.1958", "27 March 1958", "27-Mar-1958", "27th March, 1958"]) {
    assert.equal(iso(whole, "", ""), "1958-03-27", whole);
  }
  assert.equal(iso("27/3", "", "1958"), "1958-03-27");
});

test("a fault has its name, and only the boxes that may be wrong are marked", () => {
  assert.deepEqual(wrong("", "", ""), ["Missing", "day month year"]);
  assert.deepEqual(wrong("27", "3", ""), ["The date of birth must have a year", "year"]);
  assert.deepEqual(wrong("", "", "1958"), [
    "The date of birth must have a day and a month",
    "day month",
  ]);
  assert.deepEqual(wrong("31", "February", "1980"), ["There is no 31 February", "day month"]);
  assert.deepEqual(wrong("31", "4", "1980"), ["There is no 31 April", "day month"]);
  assert.deepEqual(wrong("29", "2", "1981"), ["There is no 29 February 1981", "day month year"]);
  assert.deepEqual(wrong("29", "2", "1900"), ["There is no 29 February 1900", "day month year"]);
  assert.deepEqual(wrong("1", "3", "80"), ["Year must have 4 numbers", "year"]);
  assert.deepEqual(wrong("1", "3", "19800"), ["Year must have 4 numbers", "year"]);
  assert.deepEqual(wrong("32", "3", "1980"), [dateWords.day, "day"]);
  assert.deepEqual(wrong("1e0", "3", "1980"), [dateWords.day, "day"]);
  assert.deepEqual(wrong("1", "13", "1980"), [dateWords.month, "month"]);
  assert.deepEqual(wrong("0", "13", "80"), [dateWords.day, "day month year"]);
});

test("nothing is guessed", () => {
  assert.deepEqual(wrong("1", "Ju", "1980"), [dateWords.month, "month"]);
  assert.deepEqual(wrong("1", "Fe", "1980"), [dateWords.month, "month"]);
  assert.deepEqual(wrong("3/31", "", "1980"), [dateWords.month, "day"]);
  assert.deepEqual(wrong("3", "31", "1980"), [dateWords.month, "month"]);
  assert.deepEqual(wrong("Feb", "1", "1980"), [dateWords.day, "day"]);
  assert.deepEqual(wrong("3/31/1980", "", ""), [dateWords.month, "day"]);
});
