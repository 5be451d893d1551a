// A person's details as staff read them aloud: the name, the number in groups, the age.
import { words } from "./words.ts";

/** `BELL, Ada`: the family name first and in capitals, as on wristbands; or the only name. */
export function fullName(person: { givenName: string; familyName: string }): string {
  const familyName = person.familyName.toLocaleUpperCase("en-GB");
  return person.givenName === "" ? familyName : `${familyName}, ${person.givenName}`;
}

/** `46 years`; a baby is `under 1 year`. */
export function ageInWords(years: number): string {
  if (years < 1) return words.person.underOne;
  return years === 1 ? words.person.oneYear : words.person.years(years);
}

/** `07700 900123` for `+447700900123`, as people in the United Kingdom write it. */
export function mobileInWords(e164: string): string {
  const national = e164.replace(/^\+44/, "0");
  return /^0\d{10}$/.test(national) ? `${national.slice(0, 5)} ${national.slice(5)}` : e164;
}

/** The last three digits, which staff compare with what the patient tells them. */
export function lastThree(e164: string): string {
  return e164.replace(/\D/g, "").slice(-3);
}

/** The NHS number in its groups of 3, 3 and 4, which must not break over two lines. */
export function numberInGroups(number: string): string {
  const digits = number.replace(/\D/g, "");
  if (digits.length !== 10) return number;
  return [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6)].join("\u00a0");
}
