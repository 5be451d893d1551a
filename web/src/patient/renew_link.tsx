// Where a journey ends: what happened, that nothing is lost, what to do, and whom to phone. A link
// that is only too old can be had anew with one button.
import { Button } from "nhsuk-react-components";
import type { Ending } from "./journey.ts";
import { Page } from "./page.tsx";
import type { Trouble } from "./patient_api.ts";
import { TroubleSummary } from "./trouble_summary.tsx";
import { useCall } from "./use_call.ts";
import { Waiting } from "./waiting.tsx";
import { words } from "./words.ts";

export interface EndedProps {
  ending: Ending;
  renew: () => Promise<Trouble | undefined>;
}

interface EndWords {
  title: string;
  body: string;
  isRenewable?: boolean;
}

export function EndedPage({ ending, renew }: EndedProps) {
  const { state, run } = useCall();
  const { title, body, isRenewable } = endWords(ending);
  return (
    <Page
      title={title}
      heading={title}
      hasError={state.is === "trouble"}
      summary={<TroubleSummary state={state} />}
    >
      <p>{body}</p>
      {isRenewable === true && (
        <>
          <Button type="button" onClick={() => run(renew)}>
            {words.stopped.renew}
          </Button>
          {state.is === "busy" && <Waiting for={words.waiting.sendingLink} />}
        </>
      )}
    </Page>
  );
}

function endWords(ending: Ending): EndWords {
  const { stopped, declineLink, consent, withdraw } = words;
  switch (ending.why) {
    case "problem": {
      const { title, detail, more } = ending.problem;
      return {
        title: title === "" ? words.problem : title,
        body: detail === "" ? words.unexpected : detail,
        isRenewable: more["renewable"] === true,
      };
    }
    case "no-link":
      return { title: stopped.noLinkTitle, body: stopped.noLink };
    case "insecure":
      return { title: stopped.insecureTitle, body: stopped.insecure };
    case "renewed":
      return { title: stopped.renewedTitle, body: stopped.renewed };
    case "declined":
      return {
        title: declineLink.doneTitle,
        body: `${declineLink.done(ending.textsStopped)} ${words.phone(ending.controller, ending.phone)}.`,
      };
    case "disagreed":
      return { title: consent.noTitle, body: ending.next };
    case "withdrawn":
      return { title: withdraw.doneTitle, body: ending.next };
  }
}
