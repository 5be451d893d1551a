// The calls of the staff pages, each with the sign-in of the moment: a token that is about to end
// is renewed first, and one that was refused once more after it.
import {
  createCaller,
  type Answer,
  type Body,
  type CallOptions,
  type PathOf,
} from "../api/call.ts";
import type { Method } from "../api/call.ts";
import type { components } from "../api/openapi.d.ts";
import { SignInEnded, type SignInDesk } from "./sign_in.ts";

type Schemas = components["schemas"];
export type Me = Schemas["Me"];
export type DoneTask = Schemas["DoneTask"];
export type InboxEntry = Schemas["InboxEntry"];
export type Inbox = Schemas["Inbox"];
export type FoundPatient = Schemas["FoundPatient"];
export type PatientShown = Schemas["PatientShown"];
export type ItemShown = Schemas["ItemShown"];
export type RequestShown = Schemas["RequestShown"];
export type TextShown = Schemas["TextShown"];
export type NoteShown = Schemas["NoteShown"];
export type DetailsForm = Schemas["DetailsForm"];
export type NewRequest = Schemas["NewRequest"];
export type Correction = Schemas["Correction"];
export type View = Schemas["View"];

/** As `Answer`, and the sign-in may have ended under it: nothing was sent. */
export type StaffAnswer<T> = Answer<T> | { kind: "ended" };

export type StaffCall = <M extends Method, P extends PathOf<M>>(
  method: M,
  path: P,
  options?: CallOptions<M, P>,
  /** The same key with the same wish is the same request, however often it is sent. */
  idempotencyKey?: string,
) => Promise<StaffAnswer<Body<M, P>>>;

const UNAUTHORIZED = 401;

export function staffCaller(desk: SignInDesk): StaffCall {
  return async (method, path, options, idempotencyKey) => {
    for (let renewed = false; ; renewed = true) {
      let token: string;
      try {
        token = await desk.bearer();
      } catch (error) {
        return error instanceof SignInEnded ? { kind: "ended" } : { kind: "unreachable" };
      }
      const headers = {
        Authorization: `Bearer ${token}`,
        ...(idempotencyKey === undefined ? {} : { "Idempotency-Key": idempotencyKey }),
      };
      const answer = await createCaller({ headers: () => headers })(method, path, options);
      if (answer.kind !== "refused" || answer.problem.status !== UNAUTHORIZED || renewed) {
        return answer;
      }
      await desk.renew();
    }
  };
}
