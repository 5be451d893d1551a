// The functions as the patient's page calls them: each call says which request the page shows, so
// that two tabs of two children on one phone can never mix.
import { type Call, createCaller } from "../api/call.ts";
import type { Problem } from "../api/problem.ts";
import { knownRequest, rememberRequest } from "./address.ts";

/** What a page can do nothing about but say; `unreachable` may work when tried again. */
export type Trouble = { kind: "unreachable" } | { kind: "problem"; problem: Problem };

export interface PatientApi {
  call: Call;
  /** From now on the page shows this request. */
  shows: (request: string | undefined) => void;
}

export function createPatientApi(): PatientApi {
  let request = knownRequest();
  const call = createCaller({
    headers: (): Readonly<Record<string, string>> =>
      request === undefined ? {} : { "Aftersight-Request": request },
  });
  const shows = (shown: string | undefined) => {
    request = shown;
    if (shown !== undefined) {
      rememberRequest(shown);
    }
  };
  return { call, shows };
}
