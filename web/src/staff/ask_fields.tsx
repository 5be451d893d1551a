// The fields of a request for photos.
import { AskPlace } from "./ask_place.tsx";
import { MOST_DAYS, MOST_PHOTOS, siteOf, type Asked } from "./ask_state.ts";
import { FieldGroup, LongTextField, SelectField, TextField, TickBox } from "./form_fields.tsx";
import type { FormProblems } from "./form_problems.ts";
import { isIntimate } from "./intimate.ts";
import { useStaff } from "./staff_context.ts";
import { counted, dayAfter } from "./time_words.ts";
import { words } from "./words.ts";

interface AskFieldsProps {
  asked: Asked;
  set: (change: (asked: Asked) => Asked) => void;
  problems: FormProblems;
}

/** Where the summary's links lead: the first control of each question. */
export const ASK_TARGETS = { laterality: "side-left", answers: "answer-0" };

export function AskFields({ asked, set, problems }: AskFieldsProps) {
  const { me, now } = useStaff();
  const said = words.ask;
  const site = siteOf(asked.place);
  const isTexted = asked.how === "text";
  return (
    <>
      {me.teams.length > 1 && (
        <SelectField
          name="team"
          label={said.team}
          value={asked.team}
          set={(team) => set((before) => ({ ...before, team }))}
          choices={me.teams.map(({ team, name }) => ({ value: team, label: name }))}
          problems={problems}
        />
      )}
      <LongTextField
        name="purpose"
        label={said.purpose}
        hint={said.purposeHint}
        rows={2}
        value={asked.purpose}
        set={(purpose) => set((before) => ({ ...before, purpose }))}
        problems={problems}
      />
      <AskPlace
        place={asked.place}
        choose={(place) => set((before) => ({ ...before, place }))}
        problems={problems}
      />
      {isIntimate(site ?? "") && <IntimateQuestions asked={asked} set={set} problems={problems} />}
      <SelectField
        name="photos"
        label={said.photos}
        value={String(asked.photos)}
        set={(photos) => set((before) => ({ ...before, photos: Number(photos) }))}
        choices={upTo(MOST_PHOTOS).map((n) => ({ value: String(n), label: counted(n, "photo") }))}
        problems={problems}
      />
      {isTexted && (
        <SelectField
          name="expiresInDays"
          label={said.days}
          value={String(asked.days)}
          set={(days) => set((before) => ({ ...before, days: Number(days) }))}
          choices={upTo(MOST_DAYS).map((n) => ({
            value: String(n),
            label: said.daysChoice(n, dayAfter(now(), n)),
          }))}
          problems={problems}
        />
      )}
      <LongTextField
        name="note"
        label={words.frame.optional(said.note)}
        hint={isTexted ? said.noteHint : said.noteHintHere}
        rows={2}
        value={asked.note}
        set={(note) => set((before) => ({ ...before, note }))}
        problems={problems}
      />
      {isTexted && (
        <TextField
          name="digits"
          label={said.digits}
          hint={said.digitsHint}
          width={3}
          inputMode="numeric"
          value={asked.digits}
          set={(digits) => set((before) => ({ ...before, digits }))}
          problems={problems}
        />
      )}
    </>
  );
}

function IntimateQuestions({ asked, set, problems }: AskFieldsProps) {
  const said = words.ask;
  const answer = (at: number, on: boolean) =>
    set((before) => ({
      ...before,
      answers: before.answers.map((one, place) => (place === at ? on : one)),
    }));
  return (
    <FieldGroup name="answers" label={said.intimate} hint={said.intimateHelp} problems={problems}>
      {said.intimateQuestions.map((question, at) => (
        <TickBox
          key={question}
          name={`answer-${at}`}
          label={question}
          on={asked.answers[at] ?? false}
          set={(on) => answer(at, on)}
        />
      ))}
    </FieldGroup>
  );
}

function upTo(most: number): number[] {
  return Array.from({ length: most }, (_, at) => at + 1);
}
