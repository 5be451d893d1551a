// Taking a yes back, as easy as giving it: one page, one button, no reason asked for.
import { Button } from "nhsuk-react-components";
import { Page } from "./page.tsx";
import type { Trouble } from "./patient_api.ts";
import { TroubleSummary } from "./trouble_summary.tsx";
import { useCall } from "./use_call.ts";
import { Waiting } from "./waiting.tsx";
import { words } from "./words.ts";

export interface WithdrawConsentProps {
  withdraw: () => Promise<Trouble | undefined>;
}

export function WithdrawConsentPage({ withdraw: takeBack }: WithdrawConsentProps) {
  const { state, run } = useCall();
  const { withdraw } = words;
  return (
    <Page
      title={withdraw.title}
      heading={withdraw.title}
      hasError={state.is === "trouble"}
      summary={<TroubleSummary state={state} />}
      back
    >
      <p>{withdraw.body}</p>
      <p>{withdraw.askDelete}</p>
      <div class="nhsuk-button-group">
        <Button type="button" warning onClick={() => run(takeBack)}>
          {withdraw.confirm}
        </Button>
        <Button type="button" secondary onClick={() => history.back()}>
          {withdraw.keep}
        </Button>
      </div>
      {state.is === "busy" && <Waiting for={words.waiting.closing} />}
    </Page>
  );
}
