// The words that a choice is made on: in short, and whole, as they will be kept with the answer, and
// the notices beside them.
import { Details } from "nhsuk-react-components";
import type { Consent } from "./actions.ts";
import type { CaptureShown } from "./journey.ts";
import { words } from "./words.ts";

export function ConsentWording({ capture, wording }: { capture: CaptureShown; wording: Consent }) {
  const { consent } = words;
  return (
    <>
      <ul class="nhsuk-list nhsuk-list--bullet">
        {consent.lines(capture.team, wording.keeping).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <Details>
        <Details.Summary>{consent.whole}</Details.Summary>
        <Details.Text>
          {wording.text.split("\n\n").map((paragraph) => (
            <p key={paragraph}>{paragraph}</p>
          ))}
          <p>{consent.notices}</p>
          <ul class="nhsuk-list nhsuk-list--bullet">
            {wording.notices.map(({ href, title }) => (
              <li key={href}>
                <a href={href} target="_blank" rel="noopener">
                  {title} {words.shell.opensInNewTab}
                </a>
              </li>
            ))}
          </ul>
        </Details.Text>
      </Details>
    </>
  );
}
