// Find a patient: one box for a number, a name or a birthday. What is typed is sent in a body and
// never stands in an address, so a reload forgets it.
import { Button } from "nhsuk-react-components";
import { useState } from "preact/hooks";
import { searchToSend } from "./date_typed.ts";
import { ProblemSummary, TextField } from "./form_fields.tsx";
import { PageHeading } from "./page_heading.tsx";
import { PageLink } from "./page_link.tsx";
import { fullName, numberInGroups } from "./person_words.ts";
import type { FoundPatient } from "./staff_api.ts";
import { useStaff } from "./staff_context.ts";
import { afterSubmission, FRESH, isWrong, type SubmissionEvent } from "./submission.ts";
import { calendarDay } from "./time_words.ts";
import { Waiting } from "./waiting.tsx";
import { words } from "./words.ts";

type Found = { is: "nothing-yet" } | { is: "found"; patients: FoundPatient[]; more: boolean };

export function FindPatients() {
  const { call } = useStaff();
  const [typed, setTyped] = useState("");
  const [submission, setSubmission] = useState(FRESH);
  const [found, setFound] = useState<Found>({ is: "nothing-yet" });
  const tell = (event: SubmissionEvent) =>
    setSubmission((before) => afterSubmission(before, event));

  const search = async () => {
    if (submission.is === "sending") return;
    const q = searchToSend(typed);
    if (q === "") {
      tell({ told: "wrong-here", fields: [["q", words.find.empty]] });
      return;
    }
    tell({ told: "sent" });
    setFound({ is: "nothing-yet" });
    const answer = await call("post", "/api/patients/find", { body: { q } });
    if (answer.kind === "done") {
      setSubmission(FRESH);
      setFound({ is: "found", ...answer.body });
    } else {
      const unreachable = words.trouble.unreachable;
      tell({ told: "refused", why: answer, known: ["q"], unreachable });
    }
  };

  return (
    <div class="reading-width">
      <ProblemSummary problems={submission.problems} />
      <PageHeading wrong={isWrong(submission)}>{words.find.title}</PageHeading>
      <form
        noValidate
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          void search();
        }}
      >
        <TextField
          name="q"
          label={words.find.label}
          hint={words.find.hint}
          value={typed}
          set={setTyped}
          problems={submission.problems}
        />
        <Button type="submit">{words.find.button}</Button>
      </form>
      {submission.is === "sending" && (
        <Waiting what={words.waiting.search} again={() => void search()} />
      )}
      <div role="status">
        {found.is === "found" && (
          <p>
            {found.patients.length === 0
              ? words.find.none
              : words.find.found(found.patients.length, found.more)}
          </p>
        )}
      </div>
      {found.is === "found" && <PatientsFound patients={found.patients} />}
      <p>
        <PageLink to={{ page: "add-patient" }}>{words.find.add}</PageLink>
      </p>
    </div>
  );
}

function PatientsFound({ patients }: { patients: FoundPatient[] }) {
  if (patients.length === 0) return null;
  return (
    <ul class="people" aria-label={words.find.results}>
      {patients.map((patient) => (
        <li key={patient.patient}>
          <PageLink to={{ page: "show-patient", patient: patient.patient, by: "body-part" }}>
            {fullName(patient)}
          </PageLink>
          <PersonFacts person={patient} />
        </li>
      ))}
    </ul>
  );
}

/** What tells two people of one name apart. */
export function PersonFacts({ person }: { person: FoundPatient }) {
  return (
    <p class="people__facts">
      {words.person.born} {calendarDay(person.dateOfBirth)} · {words.person.nhsNumber}{" "}
      {person.nhsNumber ? numberInGroups(person.nhsNumber) : words.person.noNumber}
    </p>
  );
}
