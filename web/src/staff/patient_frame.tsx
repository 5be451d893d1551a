// Around every page about one patient: a banner that stays in sight and says whose it is, with what
// must not be overlooked. Until the record is there, it says what it waits for.
import type { ComponentChildren } from "preact";
import { lastOf } from "./loading.ts";
import { PageHeading } from "./page_heading.tsx";
import { PageLink } from "./page_link.tsx";
import { useRecordLoading } from "./patient_record.tsx";
import { ageInWords, fullName, numberInGroups } from "./person_words.ts";
import type { PatientShown } from "./staff_api.ts";
import { calendarDay } from "./time_words.ts";
import { Trouble, Waiting } from "./waiting.tsx";
import { words } from "./words.ts";

export function PatientFrame({ children }: { children: ComponentChildren }) {
  const { state, reload } = useRecordLoading();
  const record = lastOf(state);
  if (record === undefined) {
    return (
      <>
        <PageHeading>{words.patient.title}</PageHeading>
        {state.is === "failed" ? (
          <>
            <Trouble why={state.why} again={() => void reload()} />
            <p>
              <PageLink to={{ page: "list-inbox" }}>{words.frame.toInbox}</PageLink>
            </p>
          </>
        ) : (
          <Waiting what={words.waiting.patient} again={() => void reload()} />
        )}
      </>
    );
  }
  return (
    <>
      <PatientBanner record={record} />
      {state.is === "failed" && <Trouble why={state.why} again={() => void reload()} />}
      {children}
    </>
  );
}

const ADULT = 18;

function PatientBanner({ record }: { record: PatientShown }) {
  return (
    <section class="banner" aria-label={words.frame.recordHeader}>
      <p class="banner__name">{fullName(record)}</p>
      <dl class="banner__facts">
        <div>
          <dt>{words.person.born}</dt>
          <dd>
            {calendarDay(record.dateOfBirth)} ({ageInWords(record.age)})
          </dd>
        </div>
        <div>
          <dt>{words.person.nhsNumber}</dt>
          <dd>{record.nhsNumber ? numberInGroups(record.nhsNumber) : words.person.noNumber}</dd>
        </div>
      </dl>
      {record.age < ADULT && <p class="banner__mark">{words.person.child}</p>}
      {!record.mobileConfirmed && (
        <p class="banner__warning">
          {words.person.numberDisputed}{" "}
          <PageLink to={{ page: "correct-patient", patient: record.patient }}>
            {words.person.numberDisputedAction}
          </PageLink>
        </p>
      )}
    </section>
  );
}
