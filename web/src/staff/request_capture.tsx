// Ask for photos: what, of which part and side, how many, until when. Shows the exact text before
// it is sent, and asks for the end of the mobile number, so that nobody else gets the link.
import { Button } from "nhsuk-react-components";
import { useRef, useState } from "preact/hooks";
import { AskFields, ASK_TARGETS } from "./ask_fields.tsx";
import {
  keyOf,
  missing,
  placeToSend,
  requestToSend,
  siteOf,
  startAsking,
  stoppedBy,
  type Stopped,
  type WishKey,
} from "./ask_state.ts";
import { isIntimate } from "./intimate.ts";
import { ProblemSummary } from "./form_fields.tsx";
import { PageHeading } from "./page_heading.tsx";
import { PageLink } from "./page_link.tsx";
import { usePatient } from "./patient_record.tsx";
import { lastThree } from "./person_words.ts";
import { placeWords } from "./place_words.ts";
import { useStaff } from "./staff_context.ts";
import { afterSubmission, FRESH, isWrong, type SubmissionEvent } from "./submission.ts";
import { TextPreview } from "./text_preview.tsx";
import { words } from "./words.ts";

const FIELDS = ["purpose", "bodySite", "laterality", "photos", "expiresInDays", "note"];

export function RequestCapture() {
  const { me, call, go } = useStaff();
  const { record, reload } = usePatient();
  const { patient } = record;
  const [asked, setAsked] = useState(() => startAsking(me.teams[0]?.team ?? "", me.linkDays));
  const [submission, setSubmission] = useState(FRESH);
  const wish = useRef<WishKey | undefined>(undefined);
  const tell = (event: SubmissionEvent) =>
    setSubmission((before) => afterSubmission(before, event));
  const stopped = stoppedBy(asked, record);

  const send = async () => {
    if (submission.is === "sending" || stopped !== "nothing") return;
    const fields = missing(asked, record);
    const request = requestToSend(asked);
    if (fields.length > 0 || request === undefined) {
      tell({ told: "wrong-here", fields });
      return;
    }
    tell({ told: "sent" });
    wish.current = keyOf(wish.current, request, freshKey);
    const answer = await call(
      "post",
      "/api/patients/{patient}/requests",
      { path: { patient }, body: request },
      wish.current.key,
    );
    if (answer.kind !== "done") {
      tell({ told: "refused", why: answer, known: FIELDS, unreachable: words.ask.unreachable });
      return;
    }
    const said = (await saveAnswers())
      ? words.ask.sent(lastThree(record.mobile))
      : words.ask.intimateNoteFailed;
    await reload();
    go({ page: "show-patient", patient, by: "body-part" }, said);
  };

  /** The answers about an intimate area stand in the record; true where none were asked for. */
  const saveAnswers = async () => {
    const place = placeToSend(asked.place);
    if (place === undefined || !isIntimate(siteOf(asked.place) ?? "")) return true;
    const answer = await call("post", "/api/patients/{patient}/notes", {
      path: { patient },
      body: { text: words.ask.intimateNote(placeWords(place)), team: asked.team },
    });
    return answer.kind === "done";
  };

  return (
    <div class="form-width">
      <p class="back">
        <PageLink to={{ page: "show-patient", patient, by: "body-part" }}>
          {words.ask.back}
        </PageLink>
      </p>
      <ProblemSummary problems={submission.problems} targets={ASK_TARGETS} />
      <PageHeading wrong={isWrong(submission)}>{words.ask.title}</PageHeading>
      {stopped === "number-disputed" ? (
        <StoppedNotice stopped={stopped} patient={patient} />
      ) : (
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void send();
          }}
        >
          <AskFields asked={asked} set={setAsked} problems={submission.problems} />
          {stopped === "nothing" ? (
            <>
              <TextPreview message={record.textMessage} />
              <Button type="submit">
                {submission.is === "sending" ? words.ask.sending : words.ask.button}
              </Button>
            </>
          ) : (
            <StoppedNotice stopped={stopped} patient={patient} />
          )}
        </form>
      )}
    </div>
  );
}

function StoppedNotice({
  stopped,
  patient,
}: {
  stopped: Exclude<Stopped, "nothing">;
  patient: string;
}) {
  const said = words.ask;
  return (
    <section class="card" role="alert">
      {stopped === "number-disputed" ? (
        <>
          <h2 class="nhsuk-heading-s">{said.numberDisputedTitle}</h2>
          <p>{said.numberDisputed}</p>
          <PageLink to={{ page: "correct-patient", patient }}>{said.numberDisputedAction}</PageLink>
        </>
      ) : (
        <>
          <h2 class="nhsuk-heading-s">{said.childIntimate}</h2>
          <p>{said.childIntimateHelp}</p>
        </>
      )}
    </section>
  );
}

/** 128 random bits: nobody else's wish has this key. */
function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
