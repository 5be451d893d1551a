// Add a patient: what is wrong stands beside its field and on top; who is here already is shown
// without leaving the form.
import { Button } from "nhsuk-react-components";
import { useRef, useState } from "preact/hooks";
import { textIn } from "../api/problem.ts";
import { DetailsFields, DETAILS_TARGETS } from "./details_fields.tsx";
import { DETAILS_FIELDS, detailsToSend, NOTHING_TYPED } from "./details_form.ts";
import { PersonFacts } from "./find_patients.tsx";
import { ProblemSummary } from "./form_fields.tsx";
import { PageHeading } from "./page_heading.tsx";
import { PageLink } from "./page_link.tsx";
import { fullName } from "./person_words.ts";
import type { FoundPatient, StaffAnswer } from "./staff_api.ts";
import { useStaff } from "./staff_context.ts";
import { afterSubmission, FRESH, isWrong, type SubmissionEvent } from "./submission.ts";
import { freshKey, keyOf, type WishKey } from "./wish_key.ts";
import { words } from "./words.ts";

export function AddPatient() {
  const { call, go, isTrial } = useStaff();
  const [typed, setTyped] = useState(NOTHING_TYPED);
  const [submission, setSubmission] = useState(FRESH);
  const [known, setKnown] = useState<FoundPatient | undefined>(undefined);
  const wish = useRef<WishKey | undefined>(undefined);
  const tell = (event: SubmissionEvent) =>
    setSubmission((before) => afterSubmission(before, event));

  const add = async () => {
    if (submission.is === "sending") return;
    tell({ told: "sent" });
    setKnown(undefined);
    const body = detailsToSend(typed);
    wish.current = keyOf(wish.current, body, freshKey);
    const answer = await call("post", "/api/patients", { body }, wish.current.key);
    if (answer.kind === "done") {
      const patient = answer.body.patient;
      go({ page: "show-patient", patient, by: "body-part" }, words.details.added);
      return;
    }
    setKnown(await whoIsHere(answer));
    const unreachable = words.details.addUnreachable;
    tell({ told: "refused", why: answer, known: DETAILS_FIELDS, unreachable });
  };

  /** Looked up by the number that was typed: opening the record itself would be recorded. */
  const whoIsHere = async (answer: StaffAnswer<never>): Promise<FoundPatient | undefined> => {
    const patient = answer.kind === "refused" && textIn(answer.problem, "patient");
    if (!patient) return undefined;
    const found = await call("post", "/api/patients/find", { body: { q: typed.nhsNumber } });
    if (found.kind !== "done") return undefined;
    return found.body.patients.find((one) => one.patient === patient);
  };

  return (
    <div class="reading-width">
      <ProblemSummary
        problems={submission.problems}
        targets={DETAILS_TARGETS}
        labels={words.details}
      />
      <PageHeading wrong={isWrong(submission)}>{words.details.addTitle}</PageHeading>
      {isTrial && <p class="nhsuk-hint">{words.details.trial}</p>}
      {known !== undefined && <AlreadyHere person={known} />}
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void add();
        }}
      >
        <DetailsFields typed={typed} set={setTyped} problems={submission.problems} />
        <Button type="submit">
          {submission.is === "sending" ? words.details.saving : words.details.addButton}
        </Button>
      </form>
    </div>
  );
}

function AlreadyHere({ person }: { person: FoundPatient }) {
  return (
    <section class="card" aria-labelledby="already-here">
      <h2 class="nhsuk-heading-s" id="already-here">
        {words.details.duplicateTitle}
      </h2>
      <p class="card__name">{fullName(person)}</p>
      <PersonFacts person={person} />
      <p>{words.details.duplicateHelp}</p>
      <p>
        <PageLink to={{ page: "show-patient", patient: person.patient, by: "body-part" }}>
          {words.details.duplicateOpen(fullName(person))}
        </PageLink>
      </p>
      <p>{words.details.duplicateSelf}</p>
    </section>
  );
}
