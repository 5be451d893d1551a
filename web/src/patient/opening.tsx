// Before anything is known: what is waited for, and what to do when no answer comes.
import { Button } from "nhsuk-react-components";
import { WithPhones } from "../surface/with_phones.tsx";
import { Page } from "./page.tsx";
import type { Trouble } from "./patient_api.ts";
import { troubleSaid, type TroubleSaid } from "./trouble_words.ts";
import { Waiting } from "./waiting.tsx";
import { words } from "./words.ts";

export function Opening() {
  return (
    <Page title={words.waiting.opening} heading={words.service}>
      <Waiting for={words.waiting.opening} />
    </Page>
  );
}

/** The link could not be opened now. */
export function NotOpened({ trouble, tryAgain }: { trouble: Trouble; tryAgain: () => void }) {
  const said: TroubleSaid =
    trouble.kind === "unreachable" ? words.unreachable : troubleSaid(trouble);
  const { title, body, phone } = said;
  return (
    <Page title={title} heading={title}>
      <p role="alert">
        <WithPhones phone={phone}>{body}</WithPhones>
      </p>
      <Button type="button" onClick={tryAgain}>
        {words.tryAgain}
      </Button>
    </Page>
  );
}
