// Where a person's sign-in stands, as one value that can only be one of these, and what changes it.
// Pure: `sign_in.ts` talks to the issuer and tells this machine what came of it.

/** What the issuer gave. Lives in memory alone and dies with the page. */
export interface Tokens {
  access: string;
  /** Missing where the issuer gives none: then the person is asked again when `access` ends. */
  refresh: string | undefined;
  /** For the issuer's sign-out page. */
  identity: string | undefined;
  /** System time, in milliseconds, from which `access` is not to be used. */
  endsAt: number;
}

export type SignIn =
  /** Nothing is known yet. */
  | { is: "starting" }
  /** The browser is on its way to the issuer, or back. */
  | { is: "redirecting" }
  /** Nobody is signed in; the page offers to. */
  | { is: "signed-out"; why: "not-yet" | "by-choice" | "locked" }
  | { is: "signed-in"; tokens: Tokens }
  /**
   * A page with somebody's work is open, and its sign-in has ended: the work stays. `locked`: nobody
   * was at it, so that nothing of it is shown before its person is back.
   */
  | { is: "ended"; again: "not-asked" | "waiting" | "other-person"; locked: boolean }
  /** Sign-in itself does not work. */
  | { is: "broken"; why: SignInTrouble };

export type SignInTrouble = "no-settings" | "issuer-unreachable" | "issuer-refused" | "not-ours";

export type SignInEvent =
  | { told: "leaving-for-issuer" }
  | { told: "nobody-there" }
  | { told: "tokens"; tokens: Tokens }
  | { told: "renewal-refused" }
  | { told: "no-hand" }
  | { told: "locked-before" }
  | { told: "window-opened" }
  | { told: "window-gave-up" }
  | { told: "other-person" }
  | { told: "signed-out" }
  | { told: "trouble"; why: SignInTrouble };

/** The next state; what cannot happen in a state leaves it as it is. */
export function after(state: SignIn, event: SignInEvent): SignIn {
  switch (event.told) {
    case "leaving-for-issuer":
      return state.is === "signed-in" ? state : { is: "redirecting" };
    case "nobody-there":
      return state.is === "starting" || state.is === "redirecting"
        ? { is: "signed-out", why: "not-yet" }
        : state;
    case "tokens":
      return { is: "signed-in", tokens: event.tokens };
    case "renewal-refused":
      return state.is === "signed-in" ? { is: "ended", again: "not-asked", locked: false } : state;
    case "no-hand":
      if (state.is === "signed-in") return { is: "ended", again: "not-asked", locked: true };
      return state.is === "ended" ? { ...state, locked: true } : state;
    case "locked-before":
      return { is: "signed-out", why: "locked" };
    case "window-opened":
      return state.is === "ended" ? { ...state, again: "waiting" } : state;
    case "window-gave-up":
      return state.is === "ended" ? { ...state, again: "not-asked" } : state;
    case "other-person":
      return state.is === "ended" ? { ...state, again: "other-person" } : state;
    case "signed-out":
      return { is: "signed-out", why: "by-choice" };
    case "trouble":
      // Somebody who is at work stays at work: renewal is tried again with their next call.
      return state.is === "signed-in" || state.is === "ended"
        ? state
        : { is: "broken", why: event.why };
  }
}

/** Renewed this long before its end, so that no call meets an ended token on its way. */
const RENEW_BEFORE_END = 60_000;

/** True where the access token should be renewed before it is used at `now`. */
export function isDue(tokens: Tokens, now: number): boolean {
  return tokens.endsAt - now <= RENEW_BEFORE_END;
}
