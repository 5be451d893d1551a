// What went wrong, above the heading, where focus goes: fields to correct, or a call that failed.
import { ErrorSummary } from "nhsuk-react-components";
import { WithPhones } from "../surface/with_phones.tsx";
import type { Trouble } from "./patient_api.ts";
import { troubleSaid } from "./trouble_words.ts";
import type { CallState } from "./use_call.ts";
import type { Form } from "./use_form.ts";
import { words } from "./words.ts";

export function TroubleWords({ trouble }: { trouble: Trouble }) {
  const { body, phone } = troubleSaid(trouble);
  return (
    <p>
      <WithPhones phone={phone}>{body}</WithPhones>
    </p>
  );
}

export function TroubleSummary({ state }: { state: CallState }) {
  if (state.is !== "trouble") {
    return null;
  }
  return (
    <ErrorSummary key={state.time}>
      <ErrorSummary.Title>{troubleSaid(state.trouble).title}</ErrorSummary.Title>
      <TroubleWords trouble={state.trouble} />
    </ErrorSummary>
  );
}

export function FormSummary({ form }: { form: Form }) {
  if (form.wrong.length === 0) {
    return <TroubleSummary state={form.state} />;
  }
  return (
    <ErrorSummary key={form.time}>
      <ErrorSummary.Title>{words.problem}</ErrorSummary.Title>
      <ErrorSummary.List>
        {form.wrong.map(({ field, words: what }) => (
          <ErrorSummary.ListItem key={field} href={`#${field}`}>
            {what}
          </ErrorSummary.ListItem>
        ))}
      </ErrorSummary.List>
    </ErrorSummary>
  );
}
