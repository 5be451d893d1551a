// Who helps: a name and what they are to the patient, asked in the same two fields wherever it is asked.
import { fieldOf, TextField } from "./fields.tsx";
import type { Chooser } from "./journey.ts";
import type { FieldTrouble, Form } from "./use_form.ts";
import { words } from "./words.ts";

export function HelperFields({ form }: { form: Form }) {
  const { helper } = words;
  return (
    <>
      <TextField
        name="helper-name"
        label={helper.name}
        error={form.wordsFor("helper-name")}
        maxLength={100}
        capitalize="words"
      />
      <TextField
        name="helper-relation"
        label={helper.relation}
        hint={helper.relationHint}
        error={form.wordsFor("helper-relation")}
        maxLength={50}
      />
    </>
  );
}

/** What was typed there, and what is missing. */
export function readHelper(form: HTMLFormElement): { wrong: FieldTrouble[]; by: Chooser } {
  const { helper } = words;
  const name = fieldOf(form, "helper-name").trim();
  const relation = fieldOf(form, "helper-relation").trim();
  const wrong: FieldTrouble[] = [];
  if (name === "") wrong.push({ field: "helper-name", words: helper.enterName });
  if (relation === "") wrong.push({ field: "helper-relation", words: helper.enterRelation });
  return { wrong, by: { who: "parent-or-carer", name, relation } };
}
