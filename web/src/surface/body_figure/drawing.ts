// The figure as data: one closed outline for each area of each view, in a field of 144 × 404 units.
// Areas of a side are drawn once, on the side that stands at the viewer's left, and mirrored.
import type { BodySite, Laterality } from "./body_site.ts";

/** `left` and `right` show the patient's own left and right side. */
export type View = "front" | "back" | "left" | "right" | "head";

export const VIEWS: readonly View[] = ["front", "back", "left", "right", "head"];

export interface Area {
  site: BodySite;
  laterality: Laterality;
  /** SVG path, in units of the view. */
  outline: string;
  isMirrored: boolean;
}

/** `x y width height`; all views but the head have the same. */
export function viewBox(view: View): string {
  return view === "head" ? "0 0 144 164" : "28 2 144 404";
}

/** Where the mirror stands. */
export function middleOf(view: View): number {
  return view === "head" ? 72 : 100;
}

type Outlines = Partial<Record<BodySite, string>>;

const HEAD_MIDDLE: Outlines = {
  scalp: "M30 62C26 10 118 10 114 62C98 38 46 38 30 62Z",
  face: "M30 62C46 38 98 38 114 62C116 104 100 146 72 146C44 146 28 104 30 62Z",
  nose: "M72 68L86 100Q72 110 58 100Z",
  mouth: "M52 120Q72 110 92 120Q72 138 52 120Z",
  neck: "M52 140Q72 152 92 140L96 162L48 162Z",
};

const HEAD_SIDED: Outlines = {
  eye: "M38 76Q50 62 64 76Q50 90 38 76Z",
  ear: "M30 70C14 64 12 108 32 106Z",
};

const ARM: Outlines = {
  shoulder: "M89 74L72 82L70 97L54 97C52 82 66 75 89 74Z",
  "upper-arm": "M54 97L70 97L66 138L49 137Z",
  elbow: "M49 137L66 138L64 157L46 155Z",
  forearm: "M46 155L64 157L56 194L40 192Z",
  wrist: "M40 192L56 194L54 207L38 205Z",
  hand: "M38 205L54 207L53 228L34 226Z",
  finger: "M34 226L53 228L50 244Q42 250 34 244Z",
};

const LEG: Outlines = {
  knee: "M76 274L95 274L94 296L77 296Z",
  "lower-leg": "M77 296L94 296C98 318 93 345 92 362L79 362C76 345 74 318 77 296Z",
  ankle: "M79 362L92 362L93 377L78 377Z",
};

const FRONT_MIDDLE: Outlines = {
  scalp: "M79 30C77 2 123 2 121 30C112 20 88 20 79 30Z",
  face: "M79 30C88 20 112 20 121 30C122 48 112 63 100 63C88 63 78 48 79 30Z",
  neck: "M90 61Q100 67 110 61L111 74L89 74Z",
  chest: "M89 74L111 74L128 82L127 124L73 124L72 82Z",
  abdomen: "M73 124L127 124L125 160L117 168L108 188L92 188L83 168L75 160Z",
  genitals: "M92 188L108 188L108 205L100 212L92 205Z",
};

const FRONT_SIDED: Outlines = {
  ...ARM,
  breast: "M76 100Q87 88 98 100Q98 118 87 118Q76 118 76 100Z",
  armpit: "M66 97L78 93L77 108L65 110Z",
  hip: "M75 160L83 168L80 196L71 196C69 182 71 170 75 160Z",
  groin: "M83 168L92 188L92 205L80 196Z",
  thigh: "M71 196L80 196L92 205L99 212L95 274L76 274Z",
  ...LEG,
  foot: "M78 377L93 377L94 391L69 392C70 386 75 382 78 377Z",
  toe: "M69 392L94 391L94 403L67 404C65 400 66 396 69 392Z",
};

const BACK_MIDDLE: Outlines = {
  scalp: "M79 34C75 2 125 2 121 34C122 48 114 58 100 58C86 58 78 48 79 34Z",
  neck: "M87 55Q100 62 113 55L111 74L89 74Z",
  back: "M89 74L111 74L128 82L127 124L124 160L76 160L73 124L72 82Z",
  sacrum: "M88 160L112 160L107 184L93 184Z",
};

const BACK_SIDED: Outlines = {
  ...ARM,
  buttock: "M76 160L88 160L93 184L99 184L99 208L71 208C69 190 72 174 76 160Z",
  thigh: "M71 208L99 208L95 274L76 274Z",
  ...LEG,
  heel: "M78 377L93 377L94 397Q85 404 77 397Z",
};

/** The patient's left side, facing the viewer's left; mirrored for the right. */
const SIDE: Outlines = {
  scalp: "M82 32C80 0 124 0 123 36L119 48L103 30Z",
  face: "M82 32L103 30L109 52L98 62L85 60L83 50L78 46L82 40Z",
  ear: "M100 32C112 26 118 44 106 52Z",
  neck: "M97 61L109 52L119 47L117 74L97 76Z",
  chest: "M97 76L117 74L104 124L83 124C78 108 86 90 97 76Z",
  back: "M117 74C128 92 126 112 123 128L120 160L106 160L106 124Z",
  abdomen: "M83 124L106 124L106 160L84 164C82 150 82 136 83 124Z",
  hip: "M84 164L108 160L110 194L87 196Z",
  buttock: "M108 160L120 160C130 176 128 196 121 206L110 206Z",
  thigh: "M87 196L110 194L110 206L121 206L112 274L91 274Z",
  knee: "M91 274L112 274L112 296L90 296Z",
  "lower-leg": "M90 296L112 296C120 316 114 344 109 362L95 362C94 340 90 318 90 296Z",
  ankle: "M95 362L109 362L110 377L93 377Z",
  foot: "M93 377L104 377L104 400L79 400L79 390C86 388 90 382 93 377Z",
  heel: "M104 377L110 377C118 384 118 396 112 400L104 400Z",
  toe: "M79 390L79 400L62 400C60 392 68 390 79 390Z",
  shoulder: "M96 84C102 74 120 76 119 98L98 98Z",
  "upper-arm": "M98 98L119 98L116 138L99 138Z",
  elbow: "M99 138L116 138L115 157L98 156Z",
  forearm: "M98 156L115 157L106 194L90 191Z",
  wrist: "M90 191L106 194L103 207L87 204Z",
  hand: "M87 204L103 207L99 228L81 225Z",
  finger: "M81 225L99 228L95 243Q87 248 79 241Z",
};

const IN_THE_MIDDLE = ["scalp", "face", "neck", "chest", "abdomen", "back"];

const DRAWN: Record<View, Area[]> = {
  front: both(FRONT_MIDDLE, FRONT_SIDED, "right"),
  back: both(BACK_MIDDLE, BACK_SIDED, "left"),
  head: both(HEAD_MIDDLE, HEAD_SIDED, "right"),
  left: side("left"),
  right: side("right"),
};

/** In the order they are drawn: later ones lie on top. */
export function areasOf(view: View): readonly Area[] {
  return DRAWN[view];
}

function entries(outlines: Outlines): [BodySite, string][] {
  return Object.entries(outlines) as [BodySite, string][];
}

/** `drawn` is the patient's side that stands at the viewer's left. */
function both(middle: Outlines, sided: Outlines, drawn: "left" | "right"): Area[] {
  const other = drawn === "left" ? "right" : "left";
  return [
    ...entries(middle).map(
      ([site, outline]): Area => ({ site, laterality: "none", outline, isMirrored: false }),
    ),
    ...entries(sided).flatMap(([site, outline]): Area[] => [
      { site, laterality: drawn, outline, isMirrored: false },
      { site, laterality: other, outline, isMirrored: true },
    ]),
  ];
}

function side(of: "left" | "right"): Area[] {
  return entries(SIDE).map(([site, outline]) => ({
    site,
    laterality: IN_THE_MIDDLE.includes(site) ? "none" : of,
    outline,
    isMirrored: of === "right",
  }));
}
