// The addresses of the staff pages: from a path to a page and back. An address holds random ids
// only, because hosts log addresses; what somebody typed never gets into one.

/** Every staff page there is, with what it needs to know. */
export type Route =
  | { page: "list-inbox" }
  | { page: "find-patients" }
  | { page: "add-patient" }
  | { page: "show-patient"; patient: string; by: TimelineOrder }
  | { page: "correct-patient"; patient: string }
  | { page: "request-capture"; patient: string; how: AskHow }
  | { page: "view-item"; patient: string; item: string }
  | { page: "compare-items"; patient: string; item: string; other: string; how: CompareHow }
  | { page: "signed-in" }
  | { page: "signed-out" }
  | { page: "nowhere" };

export type TimelineOrder = "body-part" | "date";
/** Texted to the patient, or given to them in the room. */
export type AskHow = "text" | "here";
export type CompareHow = "side-by-side" | "overlay";

/** Where the issuer sends people back to. */
export const SIGNED_IN_PATH = "/staff/signed-in";
export const SIGNED_OUT_PATH = "/staff/signed-out";

const ID = /^[A-Za-z0-9_-]{1,128}$/;

/** The page at `path` (pathname and query as the browser has them). */
export function readRoute(path: string): Route {
  const [pathname = "", query = ""] = path.split("?");
  const [root, ...parts] = pathname.split("/").filter((part) => part !== "");
  if (root === undefined) return { page: "list-inbox" };
  if (root !== "staff") return { page: "nowhere" };
  const asked = new URLSearchParams(query);
  const [first, patient, third, item, fifth, other] = parts;
  if (parts.length === 0) return { page: "list-inbox" };
  if (parts.length === 1) {
    if (first === "find") return { page: "find-patients" };
    if (first === "add") return { page: "add-patient" };
    if (first === "signed-in") return { page: "signed-in" };
    if (first === "signed-out") return { page: "signed-out" };
    return { page: "nowhere" };
  }
  if (first !== "patients" || !isId(patient)) return { page: "nowhere" };
  if (parts.length === 2) {
    return { page: "show-patient", patient, by: asked.get("by") === "date" ? "date" : "body-part" };
  }
  if (parts.length === 3 && third === "details") return { page: "correct-patient", patient };
  if (parts.length === 3 && (third === "ask" || third === "here")) {
    return { page: "request-capture", patient, how: third === "here" ? "here" : "text" };
  }
  if (third !== "pictures" || !isId(item)) return { page: "nowhere" };
  if (parts.length === 4) return { page: "view-item", patient, item };
  if (parts.length === 6 && fifth === "beside" && isId(other)) {
    const how = asked.get("how") === "overlay" ? "overlay" : "side-by-side";
    return { page: "compare-items", patient, item, other, how };
  }
  return { page: "nowhere" };
}

/** The address of a page; `readRoute` reads it back. */
export function pathOf(route: Route): string {
  switch (route.page) {
    case "list-inbox":
    case "nowhere":
      return "/staff";
    case "find-patients":
      return "/staff/find";
    case "add-patient":
      return "/staff/add";
    case "signed-in":
      return SIGNED_IN_PATH;
    case "signed-out":
      return SIGNED_OUT_PATH;
    case "show-patient":
      return `/staff/patients/${route.patient}${route.by === "date" ? "?by=date" : ""}`;
    case "correct-patient":
      return `/staff/patients/${route.patient}/details`;
    case "request-capture":
      return `/staff/patients/${route.patient}/${route.how === "here" ? "here" : "ask"}`;
    case "view-item":
      return `/staff/patients/${route.patient}/pictures/${route.item}`;
    case "compare-items": {
      const path = `/staff/patients/${route.patient}/pictures/${route.item}/beside/${route.other}`;
      return route.how === "overlay" ? `${path}?how=overlay` : path;
    }
  }
}

/** Whose record the page is about, if anybody's: its banner stays while pages change. */
export function patientOf(route: Route): string | undefined {
  return "patient" in route ? route.patient : undefined;
}

function isId(text: string | undefined): text is string {
  return text !== undefined && ID.test(text);
}
