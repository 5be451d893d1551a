// The patient's journey as one value: it can only be in one place, and each place holds what its
// page shows and nothing else. `next` is the whole rule of what leads where.
import type { components } from "../api/openapi.d.ts";
import type { Problem } from "../api/problem.ts";
import type { PlaceName } from "./address.ts";
import type { Photo } from "./photo/photo.ts";
import type { Trouble } from "./patient_api.ts";
import type { Progress } from "./upload/progress.ts";

export type LinkOpened = components["schemas"]["LinkOpened"];
export type CaptureShown = components["schemas"]["CaptureShown"];

/** Why there is nothing more to do on this page. */
export type Ending =
  | { why: "problem"; problem: Problem }
  | { why: "no-link" }
  | { why: "insecure" }
  /** The answers were right, and the browser forgot it at once. */
  | { why: "cookies" }
  | { why: "renewed" }
  | { why: "declined"; controller: string; phone: string; textsStopped: boolean }
  | { why: "disagreed"; next: string }
  | { why: "withdrawn"; next: string };

/** Where somebody is who has confirmed the identity. */
export type Place =
  | { name: "choice" }
  | { name: "ready" }
  | { name: "camera" }
  | { name: "check"; candidate: Photo }
  /** `trouble`: why sending came back here. */
  | { name: "photos"; trouble?: Trouble }
  | { name: "sending"; note: string; progress: Readonly<Record<string, Progress>> }
  | { name: "sent" }
  | { name: "take-back"; from: "choice" | "ready" | "photos" | "sent" };

export interface Inside {
  at: "inside";
  /** Known where the link was opened on this page: "back" can show again who asks. */
  link?: LinkOpened;
  capture: CaptureShown;
  /** On this page only, not with the team yet. */
  photos: readonly Photo[];
  /** Photos of an earlier page that never arrived whole. */
  lost: number;
  /** By this page's own steady clock (`performance.now`), never the device's time of day. */
  endsAt: number;
  place: Place;
}

/** What a session's end leaves in memory until the identity is confirmed again. */
export interface Kept {
  request: string;
  photos: readonly Photo[];
}

/** Who asks, while that is known: an ending too says whose it is and whom to phone. */
export type Asking = Pick<LinkOpened, "controller" | "controllerId" | "phone">;

export type Journey =
  | { at: "opening"; kept?: Kept }
  | { at: "unreachable"; trouble: Trouble; kept?: Kept }
  | { at: "asked"; link: LinkOpened; kept?: Kept }
  | { at: "decline"; link: LinkOpened }
  | { at: "identity"; link: LinkOpened; kept?: Kept }
  | Inside
  | { at: "session-ended"; kept: Kept }
  | { at: "ended"; ending: Ending; asking?: Asking };

export type Happening =
  | { what: "opening" }
  | { what: "opened"; link: LinkOpened }
  /** The link could not be opened now; perhaps it can in a minute. */
  | { what: "not-opened"; trouble: Trouble }
  /** A session was begun, and the browser did not keep its cookie. */
  | { what: "not-remembered" }
  | { what: "ended"; ending: Ending }
  | { what: "went"; to: PlaceName }
  | { what: "entered"; capture: CaptureShown; lost: number; endsAt: number }
  | { what: "refreshed"; capture: CaptureShown; endsAt: number }
  | { what: "extended"; endsAt: number }
  | { what: "agreed" }
  | { what: "picked"; photos: readonly Photo[] }
  | { what: "used" }
  | { what: "took-out"; key: string }
  | { what: "sending"; note: string }
  | { what: "progressed"; key: string; progress: Progress }
  | { what: "sending-stopped"; trouble?: Trouble }
  | { what: "sent"; capture: CaptureShown; endsAt: number }
  | { what: "session-ended" };

/** What follows from `happening`; whatever does not fit the place changes nothing. */
export function next(journey: Journey, happening: Happening): Journey {
  switch (happening.what) {
    case "opening":
      return { at: "opening", ...keeping(journey) };
    case "not-opened":
      return journey.at === "opening"
        ? { ...journey, at: "unreachable", trouble: happening.trouble }
        : journey;
    case "not-remembered":
      return ended(journey, { why: "cookies" });
    case "ended":
      return ended(journey, happening.ending);
    case "opened":
      return opened(journey, happening.link);
    case "entered":
      return entered(journey, happening);
    case "session-ended":
      return sessionEnded(journey);
    case "went":
      return went(journey, happening.to);
    default:
      return journey.at === "inside" ? within(journey, happening) : journey;
  }
}

function ended(journey: Journey, ending: Ending): Journey {
  const asking = askingIn(journey);
  return { at: "ended", ending, ...(asking === undefined ? {} : { asking }) };
}

function sessionEnded(journey: Journey): Journey {
  switch (journey.at) {
    case "inside":
      return {
        at: "session-ended",
        kept: { request: journey.capture.request, photos: unsent(journey) },
      };
    case "session-ended":
    case "ended":
      return journey;
    default:
      // Nothing was confirmed yet, and what showed the page of the link is too old: only the text
      // message has the link.
      return ended(journey, { why: "no-link" });
  }
}

/** The organisation that asks, where its link or request is or was at hand. */
export function askingIn(journey: Journey): Asking | undefined {
  switch (journey.at) {
    case "asked":
    case "decline":
    case "identity":
      return asking(journey.link);
    case "inside":
      return asking(journey.capture);
    case "ended":
      return journey.asking;
    default:
      return undefined;
  }
}

function asking({ controller, controllerId, phone }: Asking): Asking {
  return { controller, controllerId, phone };
}

function keptBy(journey: Journey): Kept | undefined {
  return "kept" in journey ? journey.kept : undefined;
}

function keeping(journey: Journey): { kept?: Kept } {
  const kept = keptBy(journey);
  return kept === undefined ? {} : { kept };
}

function opened(journey: Journey, link: LinkOpened): Journey {
  const kept = keptBy(journey);
  // Photos of one request must never be offered to another's.
  return kept?.request === link.request ? { at: "identity", link, kept } : { at: "asked", link };
}

function entered(
  journey: Journey,
  { capture, lost, endsAt }: { capture: CaptureShown; lost: number; endsAt: number },
): Journey {
  const kept = keptBy(journey);
  const photos = kept?.request === capture.request ? kept.photos : [];
  const link = "link" in journey ? { link: journey.link } : {};
  const place = firstPlace(capture, photos, lost);
  return { at: "inside", ...link, capture, photos, lost, endsAt, place };
}

/** Where a page starts after identity or a reload. */
function firstPlace(capture: CaptureShown, photos: readonly Photo[], lost: number): Place {
  if (capture.submitted) {
    return { name: "sent" };
  }
  if (capture.consentGiven !== true) {
    return { name: "choice" };
  }
  const begun = capture.uploads.length > 0 || photos.length > 0 || lost > 0;
  return { name: begun ? "photos" : "ready" };
}

function went(journey: Journey, to: PlaceName): Journey {
  switch (journey.at) {
    case "asked":
    case "identity":
    case "decline": {
      const { link } = journey;
      if (to === "asked" || to === "identity" || to === "decline") {
        return to === "decline"
          ? { at: "decline", link }
          : { at: to, link, ...keeping(journey) };
      }
      return journey;
    }
    case "inside":
      return wentInside(journey, to);
    default:
      return journey;
  }
}

function wentInside(journey: Inside, to: PlaceName): Journey {
  const { place } = journey;
  const agreed = journey.capture.consentGiven === true;
  // Nothing leads out of sending but its own end; from what was sent only on to more photos.
  if (place.name === "sending") {
    return journey;
  }
  switch (to) {
    case "asked":
      return journey.link === undefined || journey.capture.submitted
        ? journey
        : {
            at: "asked",
            link: journey.link,
            kept: { request: journey.capture.request, photos: journey.photos },
          };
    case "choice":
      return journey.capture.submitted ? journey : { ...journey, place: { name: "choice" } };
    case "ready":
      return agreed && !journey.capture.submitted
        ? { ...journey, place: { name: "ready" } }
        : journey;
    case "camera":
      return agreed && freePlaces(journey) > 0
        ? { ...journey, place: { name: "camera" } }
        : journey;
    case "photos":
      return agreed && (!journey.capture.submitted || journey.photos.length > 0)
        ? { ...journey, place: { name: "photos" } }
        : journey;
    case "sent":
      return journey.capture.submitted ? { ...journey, place: { name: "sent" } } : journey;
    case "take-back":
      return agreed &&
        (place.name === "choice" ||
          place.name === "ready" ||
          place.name === "photos" ||
          place.name === "sent")
        ? { ...journey, place: { name: "take-back", from: place.name } }
        : journey;
    default:
      return journey;
  }
}

function within(journey: Inside, happening: Happening): Journey {
  const { place } = journey;
  switch (happening.what) {
    case "refreshed":
      return { ...journey, capture: happening.capture, endsAt: happening.endsAt };
    case "extended":
      return { ...journey, endsAt: happening.endsAt };
    case "agreed":
      return {
        ...journey,
        capture: { ...journey.capture, consentGiven: true },
        place: { name: "ready" },
      };
    case "picked":
      return picked(journey, newOnes(journey, happening.photos));
    case "used":
      return place.name === "check" ? withPhotos(journey, [place.candidate]) : journey;
    case "took-out":
      return {
        ...journey,
        photos: journey.photos.filter((photo) => photo.key !== happening.key),
      };
    case "sending":
      return place.name === "photos"
        ? { ...journey, place: { name: "sending", note: happening.note, progress: {} } }
        : journey;
    case "progressed":
      return place.name === "sending"
        ? {
            ...journey,
            place: {
              ...place,
              progress: { ...place.progress, [happening.key]: happening.progress },
            },
          }
        : journey;
    case "sending-stopped":
      return place.name === "sending"
        ? {
            ...journey,
            photos: unsent(journey),
            place: {
              name: "photos",
              ...(happening.trouble === undefined ? {} : { trouble: happening.trouble }),
            },
          }
        : journey;
    case "sent":
      return {
        ...journey,
        capture: happening.capture,
        endsAt: happening.endsAt,
        photos: [],
        lost: 0,
        place: { name: "sent" },
      };
    default:
      return journey;
  }
}

/** Without those that are on the page already: the same photo twice is one photo. */
export function newOnes({ photos }: Inside, picked: readonly Photo[]): readonly Photo[] {
  return picked.filter(
    ({ sha256 }, index) =>
      photos.every((photo) => photo.sha256 !== sha256) &&
      picked.findIndex((other) => other.sha256 === sha256) === index,
  );
}

/** One photo is looked at before it is used; several at once go straight to the list. */
function picked(journey: Inside, photos: readonly Photo[]): Journey {
  const [first, ...others] = photos.slice(0, freePlaces(journey));
  if (first === undefined) {
    return journey;
  }
  return others.length === 0
    ? { ...journey, place: { name: "check", candidate: first } }
    : withPhotos(journey, [first, ...others]);
}

function withPhotos(journey: Inside, photos: readonly Photo[]): Journey {
  return {
    ...journey,
    photos: [...journey.photos, ...photos],
    // What was lost is being made good: the page need not say it again.
    lost: Math.max(0, journey.lost - photos.length),
    place: { name: "photos" },
  };
}

/** Photos that the team does not have: while sending, those that have not arrived, each with the
 * reason if it was refused. */
function unsent(journey: Inside): readonly Photo[] {
  const { place, photos } = journey;
  if (place.name !== "sending") {
    return photos;
  }
  return photos.flatMap((photo) => {
    const progress = place.progress[photo.key];
    if (progress?.at === "arrived" || progress?.at === "unusable") {
      return [];
    }
    return progress?.at === "refused" ? [{ ...photo, refusal: progress.words }] : [photo];
  });
}

/** How many more photos this page may hold. */
export function freePlaces({ capture, photos }: Inside): number {
  const held = photos.filter((photo) => photo.refusal === undefined).length;
  // What was granted and has not arrived is one of those held here: it must not count twice.
  const granted = capture.uploads.filter((upload) => upload.state === "granted").length;
  return Math.max(0, capture.placesLeft + granted - held);
}

/** Which page this is, for the history; `undefined` where "back" has nothing to return to. */
export function placeName(journey: Journey): PlaceName | undefined {
  switch (journey.at) {
    case "inside":
      return journey.place.name;
    case "asked":
    case "decline":
    case "identity":
      return journey.at;
    default:
      return undefined;
  }
}
