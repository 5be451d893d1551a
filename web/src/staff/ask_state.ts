// What is asked of a patient, as it is typed; what is missing before it can be sent; and what stops
// it altogether. Pure.
import { hasSide, type BodySite, type Laterality } from "../surface/body_figure/body_site.ts";
import { isIntimate } from "./intimate.ts";
import { lastThree } from "./person_words.ts";
import type { AskHow } from "./routes.ts";
import type { NewRequest, PatientShown } from "./staff_api.ts";
import { words } from "./words.ts";

export interface Asked {
  /** Days and digits are about a text. */
  how: AskHow;
  team: string;
  purpose: string;
  place: PlaceAsked;
  photos: number;
  days: number;
  note: string;
  /** The last three digits of the mobile, as the patient said them. */
  digits: string;
  /** One for each question about an intimate area. */
  answers: readonly boolean[];
}

/** A part of the body that has sides is not chosen before its side is. */
export type PlaceAsked =
  | { is: "none" }
  | { is: "without-side"; site: BodySite }
  | { is: "side-missing"; site: BodySite }
  | { is: "with-side"; site: BodySite; side: Exclude<Laterality, "none"> };

export const MOST_PHOTOS = 10;
export const MOST_DAYS = 28;
const ADULT = 18;

export function startAsking(how: AskHow, team: string, days: number): Asked {
  const answers = words.ask.intimateQuestions.map(() => false);
  return {
    how,
    team,
    purpose: "",
    place: { is: "none" },
    photos: 1,
    days,
    note: "",
    digits: "",
    answers,
  };
}

/** A part chosen on the figure or from the list; the side stays where both have one. */
export function choosePart(before: PlaceAsked, site: BodySite | undefined): PlaceAsked {
  if (site === undefined) return { is: "none" };
  if (!hasSide(site)) return { is: "without-side", site };
  return before.is === "with-side" ? { ...before, site } : { is: "side-missing", site };
}

/** An area of the figure is a part with its side at once. */
export function chooseArea(site: BodySite, laterality: Laterality): PlaceAsked {
  if (!hasSide(site)) return { is: "without-side", site };
  return laterality === "none"
    ? { is: "side-missing", site }
    : { is: "with-side", site, side: laterality };
}

export function chooseSide(before: PlaceAsked, side: Exclude<Laterality, "none">): PlaceAsked {
  return before.is === "side-missing" || before.is === "with-side"
    ? { is: "with-side", site: before.site, side }
    : before;
}

export function siteOf(place: PlaceAsked): BodySite | undefined {
  return place.is === "none" ? undefined : place.site;
}

/** As the API names it; `undefined` while something is missing. */
export function placeToSend(
  place: PlaceAsked,
): { bodySite: BodySite; laterality: Laterality } | undefined {
  switch (place.is) {
    case "none":
    case "side-missing":
      return undefined;
    case "without-side":
      return { bodySite: place.site, laterality: "none" };
    case "with-side":
      return { bodySite: place.site, laterality: place.side };
  }
}

export type Stopped = "nothing" | "no-number" | "number-disputed" | "intimate-of-a-child";

/** What no answer on this page can mend. */
export function stoppedBy(asked: Asked, record: PatientShown): Stopped {
  if (asked.how === "text" && !record.mobile) return "no-number";
  if (asked.how === "text" && !record.mobileConfirmed) return "number-disputed";
  const intimate = isIntimate(siteOf(asked.place) ?? "");
  return intimate && record.age < ADULT ? "intimate-of-a-child" : "nothing";
}

/** What is missing or wrong, by field; the service checks again. */
export function missing(asked: Asked, record: PatientShown): [string, string][] {
  const wrong: [string, string][] = [];
  const said = words.ask;
  if (asked.purpose.trim() === "") wrong.push(["purpose", said.purposeEmpty]);
  if (asked.place.is === "none") wrong.push(["bodySite", said.placeEmpty]);
  if (asked.place.is === "side-missing") wrong.push(["laterality", said.sideEmpty]);
  if (isIntimate(siteOf(asked.place) ?? "") && asked.answers.includes(false)) {
    wrong.push(["answers", said.intimateMissing]);
  }
  if (asked.how === "text" && asked.digits.replace(/\D/g, "") !== lastThree(record.mobile ?? "")) {
    wrong.push(["digits", said.digitsWrong]);
  }
  return wrong;
}

export function requestToSend(asked: Asked): NewRequest | undefined {
  const place = placeToSend(asked.place);
  if (place === undefined) return undefined;
  const note = asked.note.trim();
  return {
    purpose: asked.purpose.trim(),
    ...place,
    photos: asked.photos,
    ...(asked.how === "here" ? { here: true } : { expiresInDays: asked.days }),
    team: asked.team,
    ...(note !== "" && { note }),
  };
}
