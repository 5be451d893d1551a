// Correct the details: the old ones stay in the history with who and why. Where somebody else was
// quicker, both are shown and a person decides.
import { Button } from "nhsuk-react-components";
import { useState } from "preact/hooks";
import { afterCorrection, startCorrection, type Correction } from "./correction_state.ts";
import { draftKey, useDraft } from "./drafts.ts";
import { DetailsFields, DETAILS_TARGETS } from "./details_fields.tsx";
import { DETAILS_FIELDS, detailsToSend, type DetailsTyped } from "./details_form.ts";
import { ProblemSummary, TextField, TickBox } from "./form_fields.tsx";
import { PageHeading } from "./page_heading.tsx";
import { PageLink } from "./page_link.tsx";
import { usePatient } from "./patient_record.tsx";
import { useStaff } from "./staff_context.ts";
import { afterSubmission, FRESH, isWrong, type SubmissionEvent } from "./submission.ts";
import { words } from "./words.ts";

const FIELDS = [...DETAILS_FIELDS, "reason"];

export function CorrectPatient() {
  const { call, go } = useStaff();
  const { record, reload } = usePatient();
  const key = draftKey(record.patient, "correction");
  const [draft, setDraft, forget] = useDraft(key, () => ({
    correction: startCorrection(record),
    reason: "",
    checked: false,
  }));
  const { correction, reason, checked } = draft;
  const setCorrection = (change: (before: Correction) => Correction) =>
    setDraft((before) => ({ ...before, correction: change(before.correction) }));
  const setReason = (typed: string) => setDraft((before) => ({ ...before, reason: typed }));
  const setChecked = (on: boolean) => setDraft((before) => ({ ...before, checked: on }));
  const [submission, setSubmission] = useState(FRESH);
  const tell = (event: SubmissionEvent) =>
    setSubmission((before) => afterSubmission(before, event));
  const patient = record.patient;

  const save = async () => {
    if (submission.is === "sending") return;
    tell({ told: "sent" });
    const answer = await call("put", "/api/patients/{patient}", {
      path: { patient },
      body: {
        ...detailsToSend(correction.typed),
        // What the form does not show stays as it is.
        nhsNumberStatus: record.nhsNumberStatus,
        source: record.source,
        version: correction.version,
        reason,
        confirmMobile: checked,
      },
    });
    if (answer.kind === "done") {
      forget();
      await reload();
      go({ page: "show-patient", patient, by: "body-part" }, words.details.corrected);
      return;
    }
    if (answer.kind === "refused" && answer.problem.kind === "changed") {
      const fresh = await call("get", "/api/patients/{patient}", { path: { patient } });
      if (fresh.kind === "done") {
        setSubmission(FRESH);
        setCorrection((before) =>
          afterCorrection(before, { told: "changed-meanwhile", saved: fresh.body }),
        );
        return;
      }
    }
    const unreachable = words.details.correctUnreachable;
    tell({ told: "refused", why: answer, known: FIELDS, unreachable });
  };

  const setTyped = (typed: DetailsTyped) =>
    setCorrection((before) => afterCorrection(before, { told: "typed", typed }));

  return (
    <div class="reading-width">
      <p class="back">
        <PageLink to={{ page: "show-patient", patient, by: "body-part" }}>
          {words.details.back}
        </PageLink>
      </p>
      <ProblemSummary
        problems={submission.problems}
        targets={DETAILS_TARGETS}
        labels={words.details}
      />
      <PageHeading wrong={isWrong(submission)}>{words.details.correctTitle}</PageHeading>
      {correction.is === "conflict" ? (
        <Conflict
          conflict={correction}
          keepMine={() => setCorrection((before) => afterCorrection(before, { told: "keep-mine" }))}
          takeTheirs={() =>
            setCorrection((before) => afterCorrection(before, { told: "take-theirs" }))
          }
        />
      ) : (
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <DetailsFields typed={correction.typed} set={setTyped} problems={submission.problems} />
          <p>{words.details.movedMobile}</p>
          {!record.mobileConfirmed && (
            <TickBox
              name="confirmMobile"
              label={words.details.confirmMobile}
              on={checked}
              set={setChecked}
            />
          )}
          <TextField
            name="reason"
            label={words.details.reason}
            hint={words.details.reasonHint}
            value={reason}
            set={setReason}
            problems={submission.problems}
          />
          <Button type="submit">
            {submission.is === "sending" ? words.details.saving : words.details.correctButton}
          </Button>
        </form>
      )}
    </div>
  );
}

interface ConflictProps {
  conflict: Extract<Correction, { is: "conflict" }>;
  keepMine: () => void;
  takeTheirs: () => void;
}

function Conflict({ conflict, keepMine, takeTheirs }: ConflictProps) {
  const { details } = words;
  return (
    <section class="card" role="alert" aria-labelledby="conflict">
      <h2 class="nhsuk-heading-m" id="conflict">
        {details.conflictTitle}
      </h2>
      <p>{details.conflictHelp}</p>
      {conflict.differ.length === 0 ? (
        <p>{details.conflictSame}</p>
      ) : (
        <table class="conflict">
          <caption class="nhsuk-u-visually-hidden">{details.conflictCaption}</caption>
          <thead>
            <tr>
              <th scope="col">{details.conflictField}</th>
              <th scope="col">{details.conflictTheirs}</th>
              <th scope="col">{details.conflictMine}</th>
            </tr>
          </thead>
          <tbody>
            {conflict.differ.map(({ field, theirs, mine }) => (
              <tr key={field}>
                <th scope="row">{details[field]}</th>
                <td>{theirs || "–"}</td>
                <td>{mine || "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <div class="buttons">
        <Button onClick={keepMine}>{details.keepMine}</Button>
        <Button secondary onClick={takeTheirs}>
          {details.takeTheirs}
        </Button>
      </div>
    </section>
  );
}
