// Digits of every script as the ones that a call takes, and without signs that nobody typed.

const DIGIT = /\p{Nd}/u;
const DIGITS = /\p{Nd}/gu;

/** Zero-width and direction signs, and others that phones paste. */
const PASTED = /[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]/g;

/** `٢٧` as `27`: Unicode has the digits of every script in runs of ten, from nought on. */
export function plainDigits(typed: string): string {
  return typed.replace(PASTED, "").replace(DIGITS, (digit) => String(valueOf(digit)));
}

function valueOf(digit: string): number {
  const code = digit.codePointAt(0) ?? 0;
  let first = code;
  while (DIGIT.test(String.fromCodePoint(first - 1))) first -= 1;
  return (code - first) % 10;
}
