// Telephone numbers in a text, so that they can be tapped. A page shows the text as it is; the
// numbers in it are links.

export type TextPart = { kind: "text"; text: string } | { kind: "phone"; text: string; href: string };

/** Digits as people group them. Taken whole first, so that no part of a longer number is a link. */
const DIGITS = /\+?\(?\d[\d ()\u00a0-]{6,}\d/g;
/** Fewer are a date. */
const FEWEST_DIGITS = 10;

/** `phone`: a number that is known to be one, however it is written. */
export function splitPhones(text: string, phone?: string): TextPart[] {
  const at = phone === undefined || phone === "" ? -1 : text.indexOf(phone);
  if (phone !== undefined && at >= 0) {
    const [before, behind] = [text.slice(0, at), text.slice(at + phone.length)];
    return [...splitPhones(before), link(phone), ...splitPhones(behind)];
  }
  const parts: TextPart[] = [];
  let from = 0;
  const takeText = (to: number) => {
    if (to > from) parts.push({ kind: "text", text: text.slice(from, to) });
  };
  for (const found of text.matchAll(DIGITS)) {
    const [number] = found;
    if (!isPhone(number)) continue;
    takeText(found.index);
    parts.push(link(number));
    from = found.index + number.length;
  }
  takeText(text.length);
  return parts;
}

function link(number: string): TextPart {
  return { kind: "phone", text: number, href: phoneHref(number) };
}

function isPhone(number: string): boolean {
  return /^\(?[+0]/.test(number) && number.replace(/\D/g, "").length >= FEWEST_DIGITS;
}

/** What a phone dials: "+44 (0)20 …" has a nought that is not dialled. */
export function phoneHref(number: string): string {
  const dialled = number.startsWith("+") ? number.replace("(0)", "") : number;
  return `tel:${dialled.replace(/[^\d+]/g, "")}`;
}
