// Ask for photos: what, of which part and side, how many, until when. Shows the exact text before
// it is sent, and asks for the end of the mobile number, so that nobody else gets the link. In the
// room nothing is texted: the same questions lead to a link to hand over (R27).
import { Button } from "nhsuk-react-components";
import { useRef, useState } from "preact/hooks";
import { AskFields, ASK_TARGETS } from "./ask_fields.tsx";
import {
  missing,
  placeToSend,
  requestToSend,
  siteOf,
  startAsking,
  stoppedBy,
  type Stopped,
} from "./ask_state.ts";
import { draftKey, useDraft } from "./drafts.ts";
import { isIntimate } from "./intimate.ts";
import { ProblemSummary } from "./form_fields.tsx";
import { HandOver } from "./hand_over.tsx";
import { PageHeading } from "./page_heading.tsx";
import { PageLink } from "./page_link.tsx";
import { usePatient } from "./patient_record.tsx";
import { lastThree } from "./person_words.ts";
import { placeWords } from "./place_words.ts";
import type { AskHow } from "./routes.ts";
import { useStaff } from "./staff_context.ts";
import { afterSubmission, FRESH, isWrong, type SubmissionEvent } from "./submission.ts";
import { TextPreview } from "./text_preview.tsx";
import { freshKey, keyOf, type WishKey } from "./wish_key.ts";
import { words } from "./words.ts";

const FIELDS = ["purpose", "bodySite", "laterality", "photos", "expiresInDays", "note"];

/** The link of a request made in the room stays in memory, and goes with the page. */
type Given =
  | { is: "nothing" }
  | { is: "given"; link: string | undefined; until: string; warning: string | undefined };

export function RequestCapture({ how }: { how: AskHow }) {
  const { me, call, go } = useStaff();
  const { record, reload } = usePatient();
  const { patient } = record;
  const [asked, setAsked, forget] = useDraft(draftKey(patient, "request", how), () =>
    startAsking(how, me.teams[0]?.team ?? "", me.linkDays),
  );
  const [submission, setSubmission] = useState(FRESH);
  const [given, setGiven] = useState<Given>({ is: "nothing" });
  const wish = useRef<WishKey | undefined>(undefined);
  const said = how === "here" ? words.here : words.ask;
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
      tell({ told: "refused", why: answer, known: FIELDS, unreachable: said.unreachable });
      return;
    }
    const isSaved = await saveAnswers();
    forget();
    await reload();
    if (how === "here") {
      const { link, expiresAt: until } = answer.body;
      const warning = isSaved ? undefined : words.here.intimateNoteFailed;
      setGiven({ is: "given", link: link ?? undefined, until, warning });
      return;
    }
    const told = isSaved ? words.ask.sent(lastThree(record.mobile)) : words.ask.intimateNoteFailed;
    go({ page: "show-patient", patient, by: "body-part" }, told);
  };

  /** The answers about an intimate area stand in the record; true where none were asked for. */
  const saveAnswers = async () => {
    const place = placeToSend(asked.place);
    if (place === undefined || !isIntimate(siteOf(asked.place) ?? "")) return true;
    const body = { text: words.ask.intimateNote(placeWords(place)), team: asked.team };
    const answer = await call(
      "post",
      "/api/patients/{patient}/notes",
      { path: { patient }, body },
      wish.current?.key,
    );
    return answer.kind === "done";
  };

  if (given.is === "given") {
    const { link, until, warning } = given;
    return <HandOver patient={patient} link={link} until={until} warning={warning} />;
  }
  return (
    <div class="form-width">
      <p class="back">
        <PageLink to={{ page: "show-patient", patient, by: "body-part" }}>
          {words.ask.back}
        </PageLink>
      </p>
      <ProblemSummary problems={submission.problems} targets={ASK_TARGETS} />
      <PageHeading wrong={isWrong(submission)}>{said.title}</PageHeading>
      {how === "here" && <p>{words.here.intro}</p>}
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
              {how === "text" && <TextPreview message={record.textMessage} />}
              <Button type="submit">
                {submission.is === "sending" ? said.sending : said.button}
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
