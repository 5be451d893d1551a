// What every staff page needs: who is signed in, the way to call, the system's time, the way to
// another page. Made once the sign-in stands.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Clock } from "./clock.ts";
import type { Drafts } from "./drafts.ts";
import type { Route } from "./routes.ts";
import type { Me, StaffCall } from "./staff_api.ts";
import type { WaitingPicture } from "./waiting_pictures.ts";

export interface Staff {
  me: Me;
  call: StaffCall;
  now: Clock;
  /** What was typed and not saved, until the sign-out. */
  drafts: Drafts;
  /** Only made-up people are behind the data. */
  isTrial: boolean;
  /** Opens another page; `said` is shown there once, as what just happened. */
  go: (route: Route, said?: string) => void;
  /** What just happened on the page before, if it is to be said. */
  said: string | undefined;
  /** Pictures of the inbox as it was last shown, so that the next one is a key away. */
  waiting: readonly WaitingPicture[];
  rememberWaiting: (pictures: readonly WaitingPicture[]) => void;
  rememberLook: (item: string) => void;
  /** Whether single keys act: those whose voice presses letters switch them off. */
  keys: { on: boolean; switchTo: (on: boolean) => void };
}

export const StaffContext = createContext<Staff | undefined>(undefined);

export function useStaff(): Staff {
  const staff = useContext(StaffContext);
  if (staff === undefined) throw new Error("this page stands inside StaffContext");
  return staff;
}
