// A text whose telephone numbers can be tapped.
import { splitPhones } from "./phone_numbers.ts";

interface WithPhonesProps {
  children: string;
  /** A number that is known to be one, however it is written. */
  phone?: string | undefined;
}

export function WithPhones({ children, phone }: WithPhonesProps) {
  return (
    <>
      {splitPhones(children, phone).map((part, at) =>
        part.kind === "text" ? (
          part.text
        ) : (
          <a key={at} class="phone-link" href={part.href}>
            {part.text}
          </a>
        ),
      )}
    </>
  );
}
