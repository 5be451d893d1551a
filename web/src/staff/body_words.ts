// What parts of the body and their sides are called, in the middle of a sentence. One part of the
// catalogue in `words.ts`, apart because of its length.
import type { BodySite } from "../surface/body_figure/body_site.ts";

export const SIDE_WORDS = { left: "left", right: "right", both: "both sides" };

export const BODY_WORDS: Readonly<Record<BodySite, string>> = {
  scalp: "scalp",
  face: "face",
  eye: "eye",
  ear: "ear",
  nose: "nose",
  mouth: "mouth",
  neck: "neck",
  chest: "chest",
  breast: "breast",
  abdomen: "abdomen",
  back: "back",
  sacrum: "sacrum",
  buttock: "buttock",
  genitals: "genitals",
  groin: "groin",
  shoulder: "shoulder",
  armpit: "armpit",
  "upper-arm": "upper arm",
  elbow: "elbow",
  forearm: "forearm",
  wrist: "wrist",
  hand: "hand",
  finger: "finger",
  hip: "hip",
  thigh: "thigh",
  knee: "knee",
  "lower-leg": "lower leg",
  ankle: "ankle",
  foot: "foot",
  heel: "heel",
  toe: "toe",
  "skin-general": "skin",
};
