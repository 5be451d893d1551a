// Page 2, confirm who the patient is. A wrong answer never says which of the two was wrong.
import { Button } from "nhsuk-react-components";
import { parseDate } from "./date_of_birth.ts";
import { DateField, fieldOf, TextField } from "./fields.tsx";
import { Page } from "./page.tsx";
import type { Trouble } from "./patient_api.ts";
import { FormSummary } from "./trouble_summary.tsx";
import { type FieldTrouble, type Looked, useForm } from "./use_form.ts";
import { Waiting } from "./waiting.tsx";
import { words } from "./words.ts";

export interface VerifyIdentityProps {
  confirm: (familyName: string, dateOfBirth: string) => Promise<Trouble | undefined>;
}

export function VerifyIdentityPage({ confirm }: VerifyIdentityProps) {
  const { identity } = words;
  const form = useForm((element): Looked => {
    const familyName = fieldOf(element, "family-name").trim();
    const date = parseDate({
      day: fieldOf(element, "born-day"),
      month: fieldOf(element, "born-month"),
      year: fieldOf(element, "born-year"),
    });
    const fields: FieldTrouble[] = [];
    if (familyName === "") {
      fields.push({ field: "family-name", words: identity.enterName });
    }
    if (date.kind !== "date") {
      const what = date.kind === "missing" ? identity.enterDate : identity.notADate;
      fields.push({ field: "born-day", words: what });
      return { kind: "wrong", fields };
    }
    return fields.length > 0
      ? { kind: "wrong", fields }
      : { kind: "right", call: () => confirm(familyName, date.iso) };
  });
  return (
    <Page
      title={identity.title}
      heading={identity.title}
      hasError={form.hasError}
      summary={<FormSummary form={form} />}
      back
    >
      <p>{identity.why}</p>
      <form onSubmit={form.onSubmit} noValidate>
        <TextField
          name="family-name"
          label={identity.familyName}
          error={form.wordsFor("family-name")}
          maxLength={100}
          capitalize="words"
        />
        <DateField
          name="born"
          label={identity.dateOfBirth}
          hint={identity.dateHint}
          error={form.wordsFor("born-day")}
        />
        <Button>{words.goOn}</Button>
        {form.state.is === "busy" && <Waiting for={words.waiting.checking} />}
      </form>
    </Page>
  );
}
