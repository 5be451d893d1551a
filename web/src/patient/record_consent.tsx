// Page 3, the choice: five short lines, the whole wording one tap away, and nothing chosen before
// the patient chooses.
import { Button } from "nhsuk-react-components";
import { useEffect, useState } from "preact/hooks";
import type { Consent, ConsentShown } from "./actions.ts";
import { ConsentForm } from "./consent_form.tsx";
import type { CaptureShown, Chooser } from "./journey.ts";
import { Page } from "./page.tsx";
import type { Trouble } from "./patient_api.ts";
import { TroubleWords } from "./trouble_summary.tsx";
import { Waiting } from "./waiting.tsx";
import { WhoChooses } from "./who_chooses.tsx";
import { words } from "./words.ts";

export interface RecordConsentProps {
  capture: CaptureShown;
  by: Chooser | undefined;
  showConsent: () => Promise<ConsentShown>;
  choose: (shown: Consent, given: boolean, by: Chooser) => Promise<Trouble | undefined>;
  goOn: () => void;
  takeBack: () => void;
}

export function RecordConsentPage(props: RecordConsentProps) {
  const [by, setBy] = useState(props.by);
  if (props.capture.consentGiven === true) return <Agreed {...props} />;
  return by === undefined ? <WhoChooses said={setBy} /> : <Asked {...props} by={by} />;
}

/** Whoever comes back to this page after a yes. */
function Agreed({ goOn, takeBack }: RecordConsentProps) {
  const { consent, withdraw } = words;
  return (
    <Page title={consent.title} heading={consent.title} back>
      <p>{consent.agreedAlready}</p>
      <div class="nhsuk-button-group">
        <Button type="button" onClick={goOn}>
          {words.goOn}
        </Button>
        <Button type="button" secondary onClick={takeBack}>
          {withdraw.confirm}
        </Button>
      </div>
    </Page>
  );
}

type Wording = { is: "waiting" } | Exclude<ConsentShown, { is: "elsewhere" }>;

function Asked({ capture, by, showConsent, choose }: RecordConsentProps & { by: Chooser }) {
  const [wording, setWording] = useState<Wording>({ is: "waiting" });
  const fetchWording = async () => {
    const shown = await showConsent();
    if (shown.is !== "elsewhere") setWording(shown);
  };
  useEffect(() => void fetchWording(), []);
  const { consent } = words;

  if (wording.is === "here") {
    return (
      <ConsentForm
        capture={capture}
        wording={wording.consent}
        by={by}
        choose={choose}
        readAgain={() => void fetchWording()}
      />
    );
  }
  return (
    <Page title={consent.title} heading={consent.title} back>
      {wording.is === "waiting" ? (
        <Waiting for={words.waiting.fetching} />
      ) : (
        <>
          <TroubleWords trouble={wording.trouble} />
          <Button
            type="button"
            onClick={() => {
              setWording({ is: "waiting" });
              void fetchWording();
            }}
          >
            {words.tryAgain}
          </Button>
        </>
      )}
    </Page>
  );
}
