// Page 2, confirm who the patient is. A wrong answer never says which of the two was wrong. Whoever
// helps says here who they are, because the choice is theirs to make then.
import { Button } from "nhsuk-react-components";
import { faultInWords } from "../surface/typed_date/date_words.ts";
import { readDate } from "../surface/typed_date/typed_date.ts";
import { DateField, fieldOf, TextField } from "./fields.tsx";
import { HelperFields, readHelper } from "./helper_fields.tsx";
import type { Chooser, Holder } from "./journey.ts";
import { Page } from "./page.tsx";
import type { Trouble } from "./patient_api.ts";
import { FormSummary } from "./trouble_summary.tsx";
import { type FieldTrouble, type Looked, useForm } from "./use_form.ts";
import { Waiting } from "./waiting.tsx";
import { words } from "./words.ts";

export interface VerifyIdentityProps {
  /** Unknown after a session's end: the choice asks where it was not made yet. */
  holder: Holder | undefined;
  confirm: (familyName: string, dateOfBirth: string, by?: Chooser) => Promise<Trouble | undefined>;
}

export function VerifyIdentityPage({ holder, confirm }: VerifyIdentityProps) {
  const { identity } = words;
  const say = identity.of[holder ?? "unknown"];
  const form = useForm((element): Looked => {
    const familyName = fieldOf(element, "family-name").trim();
    const typed = {
      day: fieldOf(element, "born-day"),
      month: fieldOf(element, "born-month"),
      year: fieldOf(element, "born-year"),
    };
    const date = readDate(typed, identity.date.months);
    const helper = holder === "helper" ? readHelper(element) : undefined;
    const fields: FieldTrouble[] = helper?.wrong ?? [];
    const by = holder === "patient" ? { who: holder } : helper?.by;
    if (familyName === "") {
      fields.push({ field: "family-name", words: say.enterName });
    }
    if (date.is === "wrong") {
      const said = faultInWords(date.fault, say.enterDate);
      fields.push({ field: `born-${date.boxes[0] ?? "day"}`, words: said, boxes: date.boxes });
    }
    return fields.length > 0 || date.is === "wrong"
      ? { kind: "wrong", fields }
      : {
          kind: "right",
          call: () => confirm(familyName, date.iso, by),
          fields: { familyName: "family-name", dateOfBirth: "born-year" },
        };
  });
  return (
    <Page
      title={identity.title}
      heading={identity.title}
      hasError={form.hasError}
      summary={<FormSummary form={form} />}
      back
    >
      <form onSubmit={form.onSubmit} noValidate>
        {holder === "helper" && <HelperFields form={form} />}
        <TextField
          name="family-name"
          label={say.familyName}
          hint={identity.familyNameHint}
          error={form.wordsFor("family-name")}
          maxLength={250}
          capitalize="words"
        />
        <DateField
          name="born"
          label={say.dateOfBirth}
          hint={identity.dateHint}
          wrong={form.wrong.find((one) => one.field.startsWith("born-"))}
        />
        <Button>{words.goOn}</Button>
        {form.state.is === "busy" && <Waiting for={words.waiting.checking} />}
      </form>
    </Page>
  );
}
