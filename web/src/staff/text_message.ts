// The text message as the service writes it (`handlers/domain/src/text_message.rs`), so that staff
// see it letter by letter before it is sent. A test of the whole road compares it with the text that
// arrives. Of the link, the page knows everything but its code.

/** Characters of one text; a second one costs as much again and may arrive first. */
export const ONE_TEXT = 160;
/** The longest name in a text; a longer one is cut. */
const LONGEST_NAME = 24;
const NO_NAME = "Hello";
const ASKS = ", your care team asks you for photos: ";
/** As long as a link's code, whose letters nobody knows yet. */
const CODE = "•••••-•••••-•••••-•••••-••••••";

/** Letters that normalisation does not take apart, as people type them. */
const PLAIN: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  þ: "th",
  ø: "o",
  ł: "l",
  đ: "d",
  ð: "d",
  ħ: "h",
  ŧ: "t",
  ŋ: "n",
  ı: "i",
  ĸ: "k",
};

/** Letters of GSM 03.38 outside ASCII that every phone shows. */
const SHOWN = /^[-'A-Za-zèéùìòÇØøÅåÆæßÉÄÖÑÜäöñüà]$/;

export interface TextMessage {
  text: string;
  /** In the characters that networks count. */
  length: number;
}

export function textMessage(givenName: string, origin: string): TextMessage {
  const link = `${origin}/r#${CODE}`;
  const room = Math.min(LONGEST_NAME, Math.max(0, ONE_TEXT - ASKS.length - link.length));
  const text = `${greeted(givenName, room)}${ASKS}${link}`;
  // Names are written in letters of one place each, and so are links.
  return { text, length: text.length };
}

/** The first name in letters that every phone shows. */
function greeted(givenName: string, room: number): string {
  const firstWord = givenName.trim().split(" ")[0] ?? "";
  const letters = [...firstWord.normalize("NFC")].flatMap(shown).slice(0, room).join("");
  const name = letters.replace(/^[-']+|[-']+$/g, "");
  return name === "" ? NO_NAME : name;
}

function shown(letter: string): string[] {
  if (SHOWN.test(letter)) return [letter];
  if ("’‘ʼʻ`´".includes(letter)) return ["'"];
  if (/[\u2010-\u2015]/.test(letter)) return ["-"];
  return [...letter.normalize("NFKD")].flatMap((part) => {
    if (SHOWN.test(part)) return [part];
    const plain = PLAIN[part.toLowerCase()] ?? "";
    const isCapital = part !== part.toLowerCase();
    return [...(isCapital ? plain.charAt(0).toUpperCase() + plain.slice(1) : plain)];
  });
}
