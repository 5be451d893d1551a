// What went wrong, above the heading, where focus goes: fields to correct, or a call that failed.
import { ErrorSummary } from "nhsuk-react-components";
import type { Trouble } from "./patient_api.ts";
import type { CallState } from "./use_call.ts";
import type { Form } from "./use_form.ts";
import { words } from "./words.ts";

export function troubleWords(trouble: Trouble): string {
  if (trouble.kind === "unreachable") {
    return words.unreachable.short;
  }
  const { detail, kind } = trouble.problem;
  return kind === "unexpected" || detail === "" ? words.unexpected : detail;
}

export function TroubleSummary({ state }: { state: CallState }) {
  if (state.is !== "trouble") {
    return null;
  }
  const { trouble, time } = state;
  const title = trouble.kind === "problem" ? trouble.problem.title : "";
  return (
    <ErrorSummary key={time}>
      <ErrorSummary.Title>{title === "" ? words.problem : title}</ErrorSummary.Title>
      <p>{troubleWords(trouble)}</p>
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
