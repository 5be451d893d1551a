// Page 3 with its words: two answers of the same size and weight, neither of them chosen beforehand.
import { Button } from "nhsuk-react-components";
import type { Consent } from "./actions.ts";
import type { CaptureShown, Chooser } from "./journey.ts";
import { Page } from "./page.tsx";
import type { Trouble } from "./patient_api.ts";
import { ConsentWording } from "./show_consent.tsx";
import { TroubleSummary } from "./trouble_summary.tsx";
import { useCall } from "./use_call.ts";
import { Waiting } from "./waiting.tsx";
import { words } from "./words.ts";

export interface ConsentFormProps {
  capture: CaptureShown;
  wording: Consent;
  by: Chooser;
  choose: (shown: Consent, given: boolean, by: Chooser) => Promise<Trouble | undefined>;
  /** The wording changed while it was read. */
  readAgain: () => void;
}

export function ConsentForm({ capture, wording, by, choose, readAgain }: ConsentFormProps) {
  const { consent } = words;
  const { state, run } = useCall();
  const answer = (given: boolean) =>
    run(async () => {
      const trouble = await choose(wording, given, by);
      if (trouble?.kind === "problem" && trouble.problem.kind === "wording-changed") {
        readAgain();
      }
      return trouble;
    });
  return (
    <Page
      title={consent.title}
      heading={consent.title}
      hasError={state.is === "trouble"}
      summary={<TroubleSummary state={state} />}
      back
    >
      <ConsentWording capture={capture} wording={wording} />
      <div role="group" aria-labelledby="do-you-agree">
        <p id="do-you-agree">
          <strong>{consent.question}</strong> {consent.noHint}
        </p>
        <div class="two-answers">
          <Button type="button" onClick={() => answer(true)}>
            {consent.yes}
          </Button>
          <Button type="button" onClick={() => answer(false)}>
            {consent.no}
          </Button>
        </div>
      </div>
      {state.is === "busy" && <Waiting for={words.waiting.saving} />}
    </Page>
  );
}
