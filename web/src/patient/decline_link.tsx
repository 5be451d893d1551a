// "This is not for me": asked once more, because it closes the link for good.
import { Button } from "nhsuk-react-components";
import { Page } from "./page.tsx";
import type { Trouble } from "./patient_api.ts";
import { TroubleSummary } from "./trouble_summary.tsx";
import { useCall } from "./use_call.ts";
import { Waiting } from "./waiting.tsx";
import { words } from "./words.ts";

export interface DeclineLinkProps {
  decline: () => Promise<Trouble | undefined>;
}

export function DeclineLinkPage({ decline }: DeclineLinkProps) {
  const { state, run } = useCall();
  const { declineLink } = words;
  return (
    <Page
      title={declineLink.title}
      heading={declineLink.title}
      hasError={state.is === "trouble"}
      summary={<TroubleSummary state={state} />}
      back
    >
      <p>{declineLink.body}</p>
      <p>{declineLink.careGoesOn}</p>
      <div class="nhsuk-button-group">
        <Button type="button" warning onClick={() => run(decline)}>
          {declineLink.confirm}
        </Button>
        <Button type="button" secondary onClick={() => history.back()}>
          {declineLink.goBack}
        </Button>
      </div>
      {state.is === "busy" && <Waiting for={words.waiting.closing} />}
    </Page>
  );
}
