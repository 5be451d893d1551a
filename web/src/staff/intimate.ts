// Parts of the body that need more questions before a picture and more care after it; as
// `is_intimate` of `handlers/domain/src/body_site.rs` has it (a test compares the two).
import type { BodySite } from "../surface/body_figure/body_site.ts";

export const INTIMATE: readonly BodySite[] = ["breast", "sacrum", "buttock", "genitals", "groin"];

export function isIntimate(site: string): boolean {
  return INTIMATE.some((intimate) => intimate === site);
}
