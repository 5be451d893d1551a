// The fields with a patient's details, the same to add somebody and to correct.
import type { DetailsTyped } from "./details_form.ts";
import { DateField, TextField } from "./form_fields.tsx";
import type { FormProblems } from "./form_problems.ts";
import { words } from "./words.ts";

interface DetailsFieldsProps {
  typed: DetailsTyped;
  set: (typed: DetailsTyped) => void;
  problems: FormProblems;
}

/** The first element of the date has another id than its field. */
export const DETAILS_TARGETS = { dateOfBirth: "dateOfBirth-day" };

export function DetailsFields({ typed, set, problems }: DetailsFieldsProps) {
  const text = (name: Exclude<keyof DetailsTyped, "dateOfBirth">) => ({
    name,
    value: typed[name],
    set: (value: string) => set({ ...typed, [name]: value }),
    problems,
  });
  const { details, frame } = words;
  return (
    <>
      <TextField {...text("givenName")} label={details.givenName} hint={details.givenNameHint} />
      <TextField {...text("familyName")} label={details.familyName} />
      <DateField
        name="dateOfBirth"
        label={details.dateOfBirth}
        hint={details.dateHint}
        value={typed.dateOfBirth}
        set={(dateOfBirth) => set({ ...typed, dateOfBirth })}
        problems={problems}
      />
      <TextField
        {...text("nhsNumber")}
        label={frame.optional(details.nhsNumber)}
        hint={details.nhsNumberHint}
        inputMode="numeric"
      />
      <TextField
        {...text("mobile")}
        label={frame.optional(details.mobile)}
        hint={details.mobileHint}
        inputMode="tel"
      />
      <TextField {...text("email")} label={frame.optional(details.email)} inputMode="email" />
      <TextField
        {...text("gpPractice")}
        label={frame.optional(details.gpPractice)}
        hint={details.gpHint}
        width={10}
      />
    </>
  );
}
