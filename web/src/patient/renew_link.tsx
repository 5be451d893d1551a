// Where a journey ends: what happened, that nothing is lost, what to do, and whom to phone. A link
// that is only too old can be had anew with one button.
import { Button } from "nhsuk-react-components";
import type { Operator } from "../api/settings.ts";
import { WithPhones } from "../surface/with_phones.tsx";
import { CookieHelp } from "./cookie_help.tsx";
import { endWords } from "./end_words.ts";
import type { Asking, Ending } from "./journey.ts";
import { Page } from "./page.tsx";
import type { Trouble } from "./patient_api.ts";
import { TroubleSummary } from "./trouble_summary.tsx";
import { useCall } from "./use_call.ts";
import { Waiting } from "./waiting.tsx";
import { words } from "./words.ts";

export interface EndedProps {
  ending: Ending;
  asking: Asking | undefined;
  /** Whom to phone where nobody knows who asked. */
  operator: Operator | undefined;
  renew: () => Promise<Trouble | undefined>;
  openAgain: () => void;
}

export function EndedPage({ ending, asking, operator, renew, openAgain }: EndedProps) {
  const { state, run } = useCall();
  const { title, body, button, phone } = endWords(ending, asking, operator);
  return (
    <Page
      title={title}
      heading={title}
      hasError={state.is === "trouble"}
      summary={<TroubleSummary state={state} />}
    >
      {body.map((paragraph) => (
        <p key={paragraph}>
          <WithPhones phone={asking?.phone}>{paragraph}</WithPhones>
        </p>
      ))}
      {ending.why === "cookies" && <CookieHelp />}
      {phone !== undefined && (
        <p>
          <WithPhones phone={phone.number}>
            {words.helpBy(words.phone(phone.controller, phone.number))}
          </WithPhones>
        </p>
      )}
      {button === "renew" && (
        <>
          <Button type="button" onClick={() => run(renew)}>
            {words.stopped.renew}
          </Button>
          {state.is === "busy" && <Waiting for={words.waiting.sendingLink} />}
        </>
      )}
      {button === "open-again" && (
        <Button type="button" onClick={openAgain}>
          {words.tryAgain}
        </Button>
      )}
    </Page>
  );
}
