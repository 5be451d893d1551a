// A part of the body with its side, in words: `left knee`, `knee, both sides`, `scalp`.
import { isBodySite } from "../surface/body_figure/body_site.ts";
import type { Place } from "./timeline.ts";
import { words } from "./words.ts";

/** In the middle of a sentence. A name that this page does not know yet is shown as it came. */
export function placeWords({ bodySite, laterality }: Place): string {
  const site = isBodySite(bodySite) ? words.bodySites[bodySite] : bodySite;
  if (laterality === "left" || laterality === "right") return `${words.sides[laterality]} ${site}`;
  return laterality === "both" ? `${site}, ${words.sides.both}` : site;
}

/** At the start of a line. */
export function placeTitle(place: Place): string {
  const text = placeWords(place);
  return text.charAt(0).toLocaleUpperCase("en-GB") + text.slice(1);
}
