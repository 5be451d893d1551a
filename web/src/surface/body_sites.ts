// The published list of parts of the body, as `handlers/domain/src/body_site.rs` has it (a test
// compares the two): wire names and rules. What they are called stands in each surface's words.

/** From head to foot. */
export const BODY_SITES = [
  "scalp", "face", "eye", "ear", "nose", "mouth", "neck", "chest", "breast", "abdomen", "back",
  "sacrum", "buttock", "genitals", "groin", "shoulder", "armpit", "upper-arm", "elbow", "forearm",
  "wrist", "hand", "finger", "hip", "thigh", "knee", "lower-leg", "ankle", "foot", "heel", "toe",
  "skin-general",
] as const;

export type BodySite = (typeof BODY_SITES)[number];

/** The patient's own left and right. */
export type Laterality = "left" | "right" | "both" | "none";

const WITHOUT_SIDE: readonly BodySite[] = [
  "scalp", "face", "nose", "mouth", "neck", "chest", "abdomen", "back", "sacrum", "genitals",
  "skin-general",
];

const INTIMATE: readonly BodySite[] = ["breast", "sacrum", "buttock", "genitals", "groin"];

export function isBodySite(name: string): name is BodySite {
  return BODY_SITES.some((site) => site === name);
}

/** True where left and right must be told apart. */
export function hasSide(site: BodySite): boolean {
  return !WITHOUT_SIDE.includes(site);
}

/** True where a picture needs more questions first and more care after. */
export function isIntimate(site: string): boolean {
  return INTIMATE.some((intimate) => intimate === site);
}
