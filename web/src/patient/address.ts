// What stands in the address bar and in the browser's history: never the code of a link, and of the
// journey only which page it was and the request's random id, so that "back" and "reload" work.

/** Names of the places that "back" can lead to. */
export type PlaceName =
  | "asked"
  | "decline"
  | "identity"
  | "choice"
  | "ready"
  | "camera"
  | "check"
  | "photos"
  | "sending"
  | "sent"
  | "take-back";

interface Entry {
  place?: PlaceName;
  /** Random; leads nowhere without the cookie. Keeps two tabs of two children apart on reload. */
  request?: string;
}

function entry(): Entry {
  return typeof history.state === "object" && history.state !== null
    ? (history.state as Entry)
    : {};
}

/**
 * The code after `#`, which leaves the address bar before anything else happens. A new code is a
 * new journey: what the entry knew of an older one is forgotten.
 */
export function takeCode(): string | undefined {
  const code = location.hash.replace(/^#/, "");
  if (code === "") {
    return undefined;
  }
  history.replaceState({}, "", location.pathname);
  return code;
}

/** The request this entry of the history belongs to. */
export function knownRequest(): string | undefined {
  return entry().request;
}

export function rememberRequest(request: string): void {
  history.replaceState({ ...entry(), request }, "", location.pathname);
}

/** A place that was gone forward to: "back" returns to the one before. */
export function pushPlace(place: PlaceName): void {
  if (entry().place !== place) {
    history.pushState({ ...entry(), place }, "", location.pathname);
  }
}

/** A place that "back" should not return to what stood there before. */
export function replacePlace(place: PlaceName): void {
  history.replaceState({ ...entry(), place }, "", location.pathname);
}

/** Calls `went` with the place that "back" or "forward" led to. */
export function onTravel(went: (place: PlaceName | undefined) => void): () => void {
  const listen = (event: PopStateEvent) => {
    const state = event.state as Entry | null;
    went(state?.place);
  };
  addEventListener("popstate", listen);
  return () => removeEventListener("popstate", listen);
}
