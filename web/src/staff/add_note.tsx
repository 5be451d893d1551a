// Notes of the team beside a picture or about the patient, and the box to add one.
import { Button } from "nhsuk-react-components";
import { useRef, useState } from "preact/hooks";
import { draftKey, useDraft } from "./drafts.ts";
import { LongTextField, ProblemSummary } from "./form_fields.tsx";
import { usePatient } from "./patient_record.tsx";
import type { NoteShown } from "./staff_api.ts";
import { useStaff } from "./staff_context.ts";
import { afterSubmission, FRESH, type SubmissionEvent } from "./submission.ts";
import { dayAndTime } from "./time_words.ts";
import { freshKey, keyOf, type WishKey } from "./wish_key.ts";
import { words } from "./words.ts";

export function NoteList({ notes }: { notes: readonly NoteShown[] }) {
  const { now } = useStaff();
  if (notes.length === 0) return <p class="notes__none">{words.patient.noNotes}</p>;
  return (
    <ul class="notes">
      {notes.map((note) => (
        <li key={note.note}>
          <p class="notes__text">{note.text}</p>
          <p class="notes__by">
            {words.patient.noteBy(note.by, dayAndTime(Date.parse(note.at), now()))}
          </p>
        </li>
      ))}
    </ul>
  );
}

interface AddNoteProps {
  /** The picture it is about. */
  item?: string;
  /** Whose note it is; the service takes the first team of the person where left out. */
  team?: string;
}

export function AddNote({ item, team }: AddNoteProps) {
  const { call } = useStaff();
  const { record, reload } = usePatient();
  const key = draftKey(record.patient, "note", item ?? "");
  const [text, setText, forget] = useDraft(key, () => "");
  const wish = useRef<WishKey | undefined>(undefined);
  const [saved, setSaved] = useState(false);
  const [submission, setSubmission] = useState(FRESH);
  const tell = (event: SubmissionEvent) =>
    setSubmission((before) => afterSubmission(before, event));

  const save = async () => {
    if (submission.is === "sending") return;
    setSaved(false);
    if (text.trim() === "") {
      tell({ told: "wrong-here", fields: [["text", words.note.empty]] });
      return;
    }
    tell({ told: "sent" });
    const body = { text, ...(item && { item }), ...(team && { team }) };
    wish.current = keyOf(wish.current, body, freshKey);
    const answer = await call(
      "post",
      "/api/patients/{patient}/notes",
      { path: { patient: record.patient }, body },
      wish.current.key,
    );
    if (answer.kind !== "done") {
      const unreachable = words.note.unreachable;
      tell({ told: "refused", why: answer, known: ["text"], unreachable });
      return;
    }
    // The same words once more are another note.
    wish.current = undefined;
    setSubmission(FRESH);
    forget();
    setSaved(true);
    await reload();
  };

  return (
    <form
      class="add-note"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <ProblemSummary problems={submission.problems} />
      <LongTextField
        name="text"
        label={words.note.label}
        hint={words.note.hint}
        value={text}
        set={(typed) => setText(() => typed)}
        problems={submission.problems}
      />
      <Button small secondary type="submit">
        {submission.is === "sending" ? words.note.saving : words.note.button}
      </Button>
      <div role="status">{saved && <p class="add-note__saved">{words.note.saved}</p>}</div>
    </form>
  );
}
