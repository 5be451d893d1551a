// The published list of body sites and the side, as the functions have it; a test compares it with
// what they accept.

export const BODY_SITES = [
  "scalp",
  "face",
  "eye",
  "ear",
  "nose",
  "mouth",
  "neck",
  "chest",
  "breast",
  "abdomen",
  "back",
  "sacrum",
  "buttock",
  "genitals",
  "groin",
  "shoulder",
  "armpit",
  "upper-arm",
  "elbow",
  "forearm",
  "wrist",
  "hand",
  "finger",
  "hip",
  "thigh",
  "knee",
  "lower-leg",
  "ankle",
  "foot",
  "heel",
  "toe",
  "skin-general",
] as const;

export type BodySite = (typeof BODY_SITES)[number];

/** The patient's own left and right. */
export type Laterality = "left" | "right" | "both" | "none";

const MIDDLE: readonly BodySite[] = [
  "scalp",
  "face",
  "nose",
  "mouth",
  "neck",
  "chest",
  "abdomen",
  "back",
  "sacrum",
  "genitals",
  "skin-general",
];

/** True where left and right must be told apart. */
export function hasSide(site: BodySite): boolean {
  return !MIDDLE.includes(site);
}

export function isBodySite(name: string): name is BodySite {
  return (BODY_SITES as readonly string[]).includes(name);
}
