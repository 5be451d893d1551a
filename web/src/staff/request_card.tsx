// One request for photos on the patient's page: what was asked, where it stands, and what can be
// done about it. Cancelling asks once more, because the link stops at once.
import { Button } from "nhsuk-react-components";
import { useState } from "preact/hooks";
import type { Failed } from "./loading.ts";
import { usePatient } from "./patient_record.tsx";
import { placeWords } from "./place_words.ts";
import { isOpen, requestInWords } from "./request_words.ts";
import type { RequestShown } from "./staff_api.ts";
import { useStaff } from "./staff_context.ts";
import { dayAndTime, linkEnd } from "./time_words.ts";
import { troubleWords } from "./waiting.tsx";
import { words } from "./words.ts";

type Doing =
  | { is: "nothing"; said?: string }
  | { is: "asking-whether-to-cancel" }
  | { is: "working" }
  | { is: "refused"; why: Failed };

export function RequestCard({ request }: { request: RequestShown }) {
  const { call, now } = useStaff();
  const { record, reload } = usePatient();
  const [doing, setDoing] = useState<Doing>({ is: "nothing" });
  const { mood, state } = requestInWords(request, now());
  const said = words.patient;
  const asked = dayAndTime(Date.parse(request.createdAt), now());

  const send = async (what: "resend" | "cancel") => {
    if (doing.is === "working") return;
    setDoing({ is: "working" });
    const path = { patient: record.patient, request: request.request };
    const answer =
      what === "resend"
        ? await call("post", "/api/patients/{patient}/requests/{request}/resend", { path })
        : await call("post", "/api/patients/{patient}/requests/{request}/cancel", { path });
    if (answer.kind !== "done") {
      setDoing({ is: "refused", why: answer });
      return;
    }
    setDoing({ is: "nothing", said: what === "resend" ? said.resent : said.cancelled });
    await reload();
  };

  return (
    <li class={`request request--${mood}`}>
      <h3 class="request__what">{said.requestFor(request.photos, placeWords(request))}</h3>
      <p class="request__state">{state}</p>
      <p>{said.why(request.purpose)}</p>
      {request.note && <p>{said.noteToPatient(request.note)}</p>}
      {request.patientNote && (
        <p class="request__from-patient">{said.noteFromPatient(request.patientNote)}</p>
      )}
      <p class="request__small">
        {request.askedBy ? said.askedBy(asked, request.askedBy) : said.asked(asked)}
        {request.state === "open" &&
          ` · ${said.until(linkEnd(request, now()))}`}
      </p>
      {doing.is === "asking-whether-to-cancel" && (
        <div class="request__sure" role="alert">
          <p>{said.cancelSure}</p>
          <div class="buttons">
            <Button small warning onClick={() => void send("cancel")}>
              {said.cancelYes}
            </Button>
            <Button small secondary onClick={() => setDoing({ is: "nothing" })}>
              {said.cancelNo}
            </Button>
          </div>
        </div>
      )}
      {isOpen(request) && doing.is !== "asking-whether-to-cancel" && (
        <div class="buttons request__actions">
          <Button small secondary onClick={() => void send("resend")}>
            {request.delivery === "here" ? said.textLink : said.resend}
          </Button>
          <button
            type="button"
            class="plain-button"
            onClick={() => setDoing({ is: "asking-whether-to-cancel" })}
          >
            {said.cancel}
          </button>
        </div>
      )}
      <div role="status">
        {doing.is === "working" && <p>{said.working}</p>}
        {doing.is === "nothing" && doing.said && <p class="request__said">{doing.said}</p>}
        {doing.is === "refused" && <p class="request__refused">{troubleWords(doing.why).detail}</p>}
      </div>
    </li>
  );
}
