// The record of the patient whose pages are open: got once, kept while pages about the same patient
// change, and let go with the last of them.
import { createContext, type ComponentChildren } from "preact";
import { useContext, useRef } from "preact/hooks";
import { lastOf, useLoading, type Loading } from "./loading.ts";
import type { PatientShown } from "./staff_api.ts";
import { useStaff } from "./staff_context.ts";

interface RecordLoading {
  state: Loading<PatientShown>;
  reload: () => Promise<void>;
  /** A read URL of a thumbnail has ended: all of them are renewed, once. */
  renewThumbnails: () => void;
}

const RecordContext = createContext<RecordLoading | undefined>(undefined);

/** Read URLs work for five minutes; one that fails sooner fails for another reason. */
const THUMBNAILS_LIVE = 4.5 * 60_000;

interface PatientRecordProps {
  /** `undefined` on pages about nobody in particular. */
  patient: string | undefined;
  children: ComponentChildren;
}

export function PatientRecord({ patient, children }: PatientRecordProps) {
  const { call, now } = useStaff();
  const askedAt = useRef(0);
  const { state, reload } = useLoading(patient, () => {
    askedAt.current = now();
    return call("get", "/api/patients/{patient}", { path: { patient: patient ?? "" } });
  });
  const renewThumbnails = () => {
    if (now() - askedAt.current > THUMBNAILS_LIVE) void reload();
  };
  return (
    <RecordContext.Provider value={{ state, reload, renewThumbnails }}>
      {children}
    </RecordContext.Provider>
  );
}

/** While the record may still be on its way. */
export function useRecordLoading(): RecordLoading {
  const loading = useContext(RecordContext);
  if (loading === undefined) throw new Error("this page stands inside PatientRecord");
  return loading;
}

/** For pages that are shown only once the record is there. */
export function usePatient() {
  const { state, reload, renewThumbnails } = useRecordLoading();
  const record = lastOf(state);
  if (record === undefined) throw new Error("this page waits for the record");
  return { record, reload, renewThumbnails };
}
