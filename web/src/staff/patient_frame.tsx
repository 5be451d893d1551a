// Around every page about one patient: gets the record once, and keeps a banner in sight that says
// whose it is, with what must not be overlooked.
import { createContext, type ComponentChildren } from "preact";
import { useContext, useEffect, useRef } from "preact/hooks";
import { useLoading, lastOf } from "./loading.ts";
import { PageHeading } from "./page_heading.tsx";
import { PageLink } from "./page_link.tsx";
import { ageInWords, fullName, numberInGroups } from "./person_words.ts";
import type { PatientShown } from "./staff_api.ts";
import { useStaff } from "./staff_context.ts";
import { calendarDay } from "./time_words.ts";
import { Trouble, Waiting } from "./waiting.tsx";
import { words } from "./words.ts";

interface PatientRecord {
  record: PatientShown;
  reload: () => Promise<void>;
  /** A read URL of a thumbnail has ended: all of them are renewed, once. */
  renewThumbnails: () => void;
}

const PatientContext = createContext<PatientRecord | undefined>(undefined);

export function usePatient(): PatientRecord {
  const patient = useContext(PatientContext);
  if (patient === undefined) throw new Error("this page stands inside PatientFrame");
  return patient;
}

/** Read URLs work for five minutes; one that fails sooner fails for another reason. */
const THUMBNAILS_LIVE = 4.5 * 60_000;

interface PatientFrameProps {
  patient: string;
  dark: boolean;
  children: ComponentChildren;
}

export function PatientFrame({ patient, dark, children }: PatientFrameProps) {
  const { call, now } = useStaff();
  const askedAt = useRef(0);
  const { state, reload } = useLoading(patient, () => {
    askedAt.current = now();
    return call("get", "/api/patients/{patient}", { path: { patient } });
  });
  const record = lastOf(state);
  useEffect(() => {
    document.documentElement.classList.toggle("night-page", dark);
    return () => document.documentElement.classList.remove("night-page");
  }, [dark]);

  if (record === undefined) {
    return (
      <>
        <PageHeading>{words.patient.title}</PageHeading>
        {state.is === "failed" ? (
          <Trouble why={state.why} again={() => void reload()} />
        ) : (
          <Waiting what={words.waiting.patient} again={() => void reload()} />
        )}
      </>
    );
  }
  const renewThumbnails = () => {
    if (now() - askedAt.current > THUMBNAILS_LIVE) void reload();
  };
  return (
    <PatientContext.Provider value={{ record, reload, renewThumbnails }}>
      <PatientBanner record={record} />
      {state.is === "failed" && <Trouble why={state.why} again={() => void reload()} />}
      {children}
    </PatientContext.Provider>
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
