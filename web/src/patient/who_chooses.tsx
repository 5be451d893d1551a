// Before the choice, where the page does not know who makes it: it was loaded again, or this phone had
// confirmed the identity before. The same two answers as on the first page.
import { Button } from "nhsuk-react-components";
import { useState } from "preact/hooks";
import { HelperFields, readHelper } from "./helper_fields.tsx";
import type { Chooser } from "./journey.ts";
import { Page } from "./page.tsx";
import { FormSummary } from "./trouble_summary.tsx";
import { useForm } from "./use_form.ts";
import { words } from "./words.ts";

export function WhoChooses({ said }: { said: (by: Chooser) => void }) {
  const [helps, setHelps] = useState(false);
  const form = useForm((element) => {
    const { wrong, by } = readHelper(element);
    return wrong.length > 0
      ? { kind: "wrong", fields: wrong }
      : { kind: "right", call: () => Promise.resolve(said(by)).then(() => undefined) };
  });
  const { helper } = words;
  return (
    <Page
      title={helper.title}
      heading={helper.title}
      hasError={form.hasError}
      summary={<FormSummary form={form} />}
      back
    >
      {helps ? (
        <form onSubmit={form.onSubmit} noValidate>
          <HelperFields form={form} />
          <Button>{words.goOn}</Button>
        </form>
      ) : (
        <div class="choices">
          <Button type="button" onClick={() => said({ who: "patient" })}>
            {helper.iAm}
          </Button>
          <Button type="button" secondary onClick={() => setHelps(true)}>
            {helper.iHelp}
          </Button>
        </div>
      )}
    </Page>
  );
}
