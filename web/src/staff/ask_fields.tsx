// The fields of a request for photos. The part of the body is chosen on the figure or from the
// list, whichever is quicker; a side is asked for wherever there is one.
import { BODY_SITES, isBodySite, type Laterality } from "../surface/body_figure/body_site.ts";
import { AskFigure } from "./ask_figure.tsx";
import { chooseSide, choosePart, MOST_DAYS, MOST_PHOTOS, siteOf, type Asked } from "./ask_state.ts";
import { FieldGroup, LongTextField, SelectField, TextField, TickBox } from "./form_fields.tsx";
import type { FormProblems } from "./form_problems.ts";
import { isIntimate } from "./intimate.ts";
import { useStaff } from "./staff_context.ts";
import { counted, day } from "./time_words.ts";
import { words } from "./words.ts";

interface AskFieldsProps {
  asked: Asked;
  set: (change: (asked: Asked) => Asked) => void;
  problems: FormProblems;
}

/** Where the summary's links lead: the first control of each question. */
export const ASK_TARGETS = { laterality: "side-left", answers: "answer-0" };

const DAY = 24 * 60 * 60 * 1000;
const SIDES: readonly { side: Exclude<Laterality, "none">; name: string }[] = [
  { side: "left", name: words.ask.left },
  { side: "right", name: words.ask.right },
  { side: "both", name: words.ask.both },
];

export function AskFields({ asked, set, problems }: AskFieldsProps) {
  const { me, now } = useStaff();
  const said = words.ask;
  const site = siteOf(asked.place);
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
      <AskFigure
        place={asked.place}
        choose={(place) => set((before) => ({ ...before, place }))}
      />
      <SelectField
        name="bodySite"
        label={said.placeList}
        hint={said.placeListHint}
        value={site ?? ""}
        set={(chosen) =>
          set((before) => ({
            ...before,
            place: choosePart(before.place, isBodySite(chosen) ? chosen : undefined),
          }))
        }
        choices={[
          { value: "", label: said.placeChoose },
          ...BODY_SITES.map((value) => ({ value, label: words.bodySites[value] })),
        ]}
        problems={problems}
      />
      {(asked.place.is === "side-missing" || asked.place.is === "with-side") && (
        <FieldGroup name="laterality" label={said.side} hint={said.sideHint} problems={problems}>
          <div class="nhsuk-radios nhsuk-radios--inline">
            {SIDES.map(({ side, name }) => (
              <div class="nhsuk-radios__item" key={side}>
                <input
                  class="nhsuk-radios__input"
                  type="radio"
                  id={`side-${side}`}
                  name="laterality"
                  value={side}
                  checked={asked.place.is === "with-side" && asked.place.side === side}
                  onChange={() =>
                    set((before) => ({ ...before, place: chooseSide(before.place, side) }))
                  }
                />
                <label class="nhsuk-label nhsuk-radios__label" for={`side-${side}`}>
                  {name}
                </label>
              </div>
            ))}
          </div>
        </FieldGroup>
      )}
      {isIntimate(site ?? "") && <IntimateQuestions asked={asked} set={set} problems={problems} />}
      <SelectField
        name="photos"
        label={said.photos}
        value={String(asked.photos)}
        set={(photos) => set((before) => ({ ...before, photos: Number(photos) }))}
        choices={upTo(MOST_PHOTOS).map((n) => ({ value: String(n), label: counted(n, "photo") }))}
        problems={problems}
      />
      <SelectField
        name="expiresInDays"
        label={said.days}
        value={String(asked.days)}
        set={(days) => set((before) => ({ ...before, days: Number(days) }))}
        choices={upTo(MOST_DAYS).map((n) => ({
          value: String(n),
          label: said.daysChoice(n, day(now() + n * DAY)),
        }))}
        problems={problems}
      />
      <LongTextField
        name="note"
        label={words.frame.optional(said.note)}
        hint={said.noteHint}
        rows={2}
        value={asked.note}
        set={(note) => set((before) => ({ ...before, note }))}
        problems={problems}
      />
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
