// A patient: what was asked and where it stands, the pictures through time, the notes.
import { Button } from "nhsuk-react-components";
import { useEffect, useState } from "preact/hooks";
import { AddNote, NoteList } from "./add_note.tsx";
import { useFollowRequests } from "./follow_requests.ts";
import { PageHeading } from "./page_heading.tsx";
import { PageLink } from "./page_link.tsx";
import { usePatient } from "./patient_record.tsx";
import { mobileInWords } from "./person_words.ts";
import { RequestCard } from "./request_card.tsx";
import { isOpen } from "./request_words.ts";
import type { TimelineOrder } from "./routes.ts";
import type { PatientShown, RequestShown } from "./staff_api.ts";
import { calendarDay } from "./time_words.ts";
import { TimelineGroup } from "./timeline_group.tsx";
import { timeline } from "./timeline.ts";
import { words } from "./words.ts";

export function ShowPatient({ by }: { by: TimelineOrder }) {
  const { record, reload } = usePatient();
  const { patient } = record;
  const [isPrinting, setPrinting] = useState(false);
  useFollowRequests();
  return (
    <>
      <PageHeading
        aside={
          <div class="buttons patient__actions">
            <PageLink class="nhsuk-button" to={{ page: "request-capture", patient, how: "text" }}>
              {words.patient.ask}
            </PageLink>
            <PageLink
              class="nhsuk-button nhsuk-button--secondary"
              to={{ page: "request-capture", patient, how: "here" }}
            >
              {words.patient.takeNow}
            </PageLink>
            <PageLink
              class="nhsuk-button nhsuk-button--secondary"
              to={{ page: "correct-patient", patient }}
            >
              {words.patient.correct}
            </PageLink>
          </div>
        }
      >
        {words.patient.title}
      </PageHeading>
      <div class="patient">
        <div class="patient__timeline">
          <Timeline by={by} isPrinting={isPrinting} />
          {record.items.length > 0 && (
            <PrintButton isPrinting={isPrinting} setPrinting={setPrinting} />
          )}
        </div>
        <div class="patient__side">
          <Requests requests={record.requests} checkAgain={() => void reload()} />
          <section aria-labelledby="notes">
            <h2 class="nhsuk-heading-m" id="notes">
              {words.patient.notes}
            </h2>
            <NoteList notes={record.notes.filter((note) => !note.item)} />
            <AddNote />
          </section>
          <Contact record={record} />
        </div>
      </div>
    </>
  );
}

function Timeline({ by, isPrinting }: { by: TimelineOrder; isPrinting: boolean }) {
  const { record } = usePatient();
  const { patient, items } = record;
  const orders: readonly { order: TimelineOrder; name: string }[] = [
    { order: "body-part", name: words.patient.byBodyPart },
    { order: "date", name: words.patient.byDate },
  ];
  return (
    <section aria-labelledby="timeline">
      <h2 class="nhsuk-heading-m" id="timeline">
        {words.patient.timeline}
      </h2>
      {items.length === 0 ? (
        <p>{words.patient.noPictures}</p>
      ) : (
        <>
          <nav class="orders" aria-label={words.patient.order}>
            {orders.map(({ order, name }) => (
              <PageLink
                key={order}
                to={{ page: "show-patient", patient, by: order }}
                aria-current={order === by ? "true" : undefined}
              >
                {name}
              </PageLink>
            ))}
          </nav>
          {timeline(items, by).map((group) => (
            <TimelineGroup key={group.key} group={group} eager={isPrinting} />
          ))}
        </>
      )}
    </section>
  );
}

interface PrintButtonProps {
  isPrinting: boolean;
  setPrinting: (isPrinting: boolean) => void;
}

/** Pictures are fetched when seen, and paper sees all of them: so first they are all fetched. */
function PrintButton({ isPrinting, setPrinting }: PrintButtonProps) {
  const { record } = usePatient();
  useEffect(() => {
    if (!isPrinting) return;
    const timer = setInterval(() => {
      const loaded = document.querySelectorAll(".timeline .thumbnail img").length;
      if (loaded < record.items.length) return;
      clearInterval(timer);
      window.print();
      setPrinting(false);
    }, 100);
    return () => clearInterval(timer);
  }, [isPrinting, record.items.length, setPrinting]);
  return (
    <p class="patient__print">
      <Button small secondary onClick={() => setPrinting(!isPrinting)}>
        {isPrinting ? words.patient.printing : words.patient.print}
      </Button>
    </p>
  );
}

interface RequestsProps {
  requests: RequestShown[];
  checkAgain: () => void;
}

function Requests({ requests, checkAgain }: RequestsProps) {
  // Where nothing is open, the last one says what came of it.
  const open = requests.filter(isOpen);
  const shown = open.length > 0 ? open : requests.slice(0, 1);
  const others = requests.filter((request) => !shown.includes(request));
  return (
    <section aria-labelledby="requests">
      <h2 class="nhsuk-heading-m" id="requests">
        {words.patient.requests}
      </h2>
      {requests.length === 0 && <p>{words.patient.noRequests}</p>}
      <ul class="requests">
        {shown.map((request) => (
          <RequestCard key={request.request} request={request} />
        ))}
      </ul>
      {open.length > 0 && (
        <p>
          <Button small secondary onClick={checkAgain}>
            {words.patient.checkAgain}
          </Button>
        </p>
      )}
      {others.length > 0 && (
        <details class="more">
          <summary>{words.patient.closedRequests(others.length)}</summary>
          <ul class="requests">
            {others.map((request) => (
              <RequestCard key={request.request} request={request} />
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function Contact({ record }: { record: PatientShown }) {
  const { details } = words;
  const facts: readonly (readonly [string, string | null | undefined])[] = [
    [details.mobile, record.mobile ? mobileInWords(record.mobile) : details.noMobile],
    [details.email, record.email],
    [details.gpPractice, record.gpPractice],
  ];
  return (
    <section aria-labelledby="contact">
      <h2 class="nhsuk-heading-m" id="contact">
        {words.patient.details}
      </h2>
      <dl class="facts">
        {facts.map(([name, value]) =>
          value ? (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ) : null,
        )}
      </dl>
      <p>{words.patient.keptUntil(calendarDay(record.keptUntil))}</p>
    </section>
  );
}
