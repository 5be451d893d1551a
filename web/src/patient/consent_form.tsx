// The form of page 3: who chooses, and what. A parent or carer says their name and who they are.
import { Button } from "nhsuk-react-components";
import { useState } from "preact/hooks";
import type { Chooser, Consent } from "./actions.ts";
import { ChoiceField, fieldOf, TextField } from "./fields.tsx";
import type { CaptureShown } from "./journey.ts";
import { Page } from "./page.tsx";
import type { Trouble } from "./patient_api.ts";
import { ConsentWording } from "./show_consent.tsx";
import { FormSummary } from "./trouble_summary.tsx";
import { type FieldTrouble, useForm } from "./use_form.ts";
import { Waiting } from "./waiting.tsx";
import { words } from "./words.ts";

export interface ConsentFormProps {
  capture: CaptureShown;
  wording: Consent;
  choose: (shown: Consent, given: boolean, by: Chooser) => Promise<Trouble | undefined>;
  /** The wording changed while it was read. */
  readAgain: () => void;
}

export function ConsentForm({ capture, wording, choose, readAgain }: ConsentFormProps) {
  const { consent } = words;
  const [who, setWho] = useState("");
  const [answer, setAnswer] = useState("");
  const form = useForm((element) => {
    const { wrong, by } = whoChooses(element, who);
    if (answer === "") {
      wrong.push({ field: "answer-1", words: consent.chooseAnswer });
    }
    if (wrong.length > 0) {
      return { kind: "wrong", fields: wrong };
    }
    return {
      kind: "right",
      call: async () => {
        const trouble = await choose(wording, answer === "yes", by);
        if (trouble?.kind === "problem" && trouble.problem.kind === "wording-changed") {
          readAgain();
        }
        return trouble;
      },
    };
  });
  return (
    <Page
      title={consent.title}
      heading={consent.title}
      hasError={form.hasError}
      summary={<FormSummary form={form} />}
      back
    >
      <ConsentWording capture={capture} wording={wording} />
      <form onSubmit={form.onSubmit} noValidate>
        <ChoiceField
          name="who"
          label={consent.who}
          error={form.wordsFor("who-1")}
          choices={[
            { value: "patient", label: consent.patient },
            { value: "parent-or-carer", label: consent.carer },
          ]}
          chosen={who}
          choose={setWho}
        >
          {who === "parent-or-carer" && (
            <div class="nhsuk-radios__conditional">
              <TextField
                name="carer-name"
                label={consent.carerName}
                error={form.wordsFor("carer-name")}
                maxLength={100}
                capitalize="words"
              />
              <TextField
                name="carer-relation"
                label={consent.carerRelation}
                hint={consent.carerRelationHint}
                error={form.wordsFor("carer-relation")}
                maxLength={50}
              />
            </div>
          )}
        </ChoiceField>
        <ChoiceField
          name="answer"
          label={consent.question}
          error={form.wordsFor("answer-1")}
          choices={[
            { value: "yes", label: consent.yes },
            { value: "no", label: consent.no, hint: consent.noHint },
          ]}
          chosen={answer}
          choose={setAnswer}
        />
        <Button>{words.goOn}</Button>
        {form.state.is === "busy" && <Waiting for={words.waiting.saving} />}
      </form>
    </Page>
  );
}

function whoChooses(form: HTMLFormElement, who: string): { wrong: FieldTrouble[]; by: Chooser } {
  const { consent } = words;
  if (who !== "parent-or-carer") {
    const wrong = who === "" ? [{ field: "who-1", words: consent.chooseWho }] : [];
    return { wrong, by: { who: "patient" } };
  }
  const name = fieldOf(form, "carer-name").trim();
  const relation = fieldOf(form, "carer-relation").trim();
  const wrong: FieldTrouble[] = [];
  if (name === "") {
    wrong.push({ field: "carer-name", words: consent.enterName });
  }
  if (relation === "") {
    wrong.push({ field: "carer-relation", words: consent.enterRelation });
  }
  return { wrong, by: { who, name, relation } };
}
