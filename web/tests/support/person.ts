// A made-up patient, new with every journey: numbers come from the ranges that are kept for that.
import { randomInt } from "node:crypto";

export interface Person {
  givenName: string;
  familyName: string;
  /** `1980-02-29` */
  dateOfBirth: string;
  nhsNumber: string;
  /** `07700 900123` */
  mobile: string;
}

export function madeUpPerson(): Person {
  return {
    givenName: rareLetters(),
    familyName: `Quillfeather-${rareLetters()}`,
    dateOfBirth: `${randomInt(1940, 2000)}-${two(randomInt(1, 13))}-${two(randomInt(1, 29))}`,
    nhsNumber: freshNhsNumber(),
    mobile: nextMobile(),
  };
}

export function e164(mobile: string): string {
  return `+44${mobile.replace(/\s/g, "").replace(/^0/, "")}`;
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}

/** Letters that nobody is called, so that a search for them finds only this person. */
function rareLetters(): string {
  const letters = "bcdfghjklmnpqrstvwxz";
  const text = Array.from({ length: 7 }, () => letters[randomInt(letters.length)]).join("");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `999`, six digits of chance and the check digit that modulus 11 asks for. */
function freshNhsNumber(): string {
  for (;;) {
    const digits = `999${String(randomInt(0, 1_000_000)).padStart(6, "0")}`;
    const sum = [...digits].reduce((all, digit, at) => all + Number(digit) * (10 - at), 0);
    const check = 11 - (sum % 11);
    if (check !== 10) {
      return `${digits}${check % 11}`;
    }
  }
}

/** One after the other: a declined number stays declined for everybody of the hospital. */
let lastMobile = randomInt(0, 1000);
function nextMobile(): string {
  lastMobile = (lastMobile + 1) % 1000;
  return `07700 900${String(lastMobile).padStart(3, "0")}`;
}
