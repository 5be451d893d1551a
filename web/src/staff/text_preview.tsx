// The text message as it will be sent, letter by letter, with its length in the characters that
// networks count.
import { ONE_TEXT, textMessage } from "./text_message.ts";
import { words } from "./words.ts";

export function TextPreview({ givenName }: { givenName: string }) {
  // Links lead to where these pages are.
  const { text, length } = textMessage(givenName, location.origin);
  return (
    <section class="text-preview" aria-labelledby="text-preview">
      <h2 class="nhsuk-heading-s" id="text-preview">
        {words.ask.text}
      </h2>
      <blockquote class="text-preview__text">{text}</blockquote>
      <p class="text-preview__length">
        {words.ask.textLength(length, ONE_TEXT)}. {words.ask.textCode}
      </p>
    </section>
  );
}
