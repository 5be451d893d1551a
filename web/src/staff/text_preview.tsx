// The text message as it will be sent, letter by letter, with its length in the characters that
// networks count. The service writes it; here it is only shown.
import type { TextShown } from "./staff_api.ts";
import { words } from "./words.ts";

/** Characters of one text; a second one costs as much again and may arrive first. */
const ONE_TEXT = 160;

export function TextPreview({ message }: { message: TextShown }) {
  return (
    <section class="text-preview" aria-labelledby="text-preview">
      <h2 class="nhsuk-heading-s" id="text-preview">
        {words.ask.text}
      </h2>
      <blockquote class="text-preview__text">{message.text}</blockquote>
      <p class="text-preview__length">
        {words.ask.textLength(message.length, ONE_TEXT)}. {words.ask.textCode}
      </p>
    </section>
  );
}
