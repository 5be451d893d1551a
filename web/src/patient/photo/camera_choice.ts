// Which of a phone's cameras shows a wound best. Phones with three or four name them oddly, and many
// propose the one with the wide view, which cannot make near things sharp. What is known is used;
// what is not known decides nothing.

/** Where a camera looks, as browsers call it. */
export type Facing = "environment" | "user";

export interface SeenCamera {
  id: string;
  label: string;
  facing: Facing | undefined;
}

/** What was found out of cameras that were open, by id: whether they can make near things sharp. */
export type KnownFocus = ReadonlyMap<string, boolean>;

const BACK = /back|rear|environment|rück|arrière|trasera|traseira|posteriore|achter|задн|背|后|後/i;
const FRONT = /front|user|facetime|selfie|avant|frontal|anteriore|voor|передн|前/i;
const ULTRA_WIDE = /ultra[\s-]*(wide|weit|grand|gran|amplia)|超广角|超広角/i;
const FAR = /tele/i;
/** Cameras that take no pictures of what a person sees: depth, warmth, the desk below. */
const ODD = /depth|infrared|\bir\b|desk view|virtual|lidar/i;

export function facingOf(label: string): Facing | undefined {
  if (BACK.test(label)) return "environment";
  return FRONT.test(label) ? "user" : undefined;
}

/** The more, the better for something small and near. */
export function worth({ id, label, facing }: SeenCamera, focus: KnownFocus): number {
  const looks = facing === "environment" ? 20 : facing === undefined ? 10 : 0;
  const lens = ODD.test(label) ? -8 : ULTRA_WIDE.test(label) ? -6 : FAR.test(label) ? -2 : 0;
  const sharpness = { true: 2, false: -3, undefined: 0 }[String(focus.get(id))] ?? 0;
  return looks + lens + sharpness;
}

/** The best first; those that are alike stay in the browser's order. */
export function bestFirst(cameras: readonly SeenCamera[], focus: KnownFocus): SeenCamera[] {
  return [...cameras].sort((one, other) => worth(other, focus) - worth(one, focus));
}

/** All others, in the order in which "the other camera" comes to them: round, so that none is left out. */
export function othersAfter(
  cameras: readonly SeenCamera[],
  current: string | undefined,
): SeenCamera[] {
  const at = cameras.findIndex(({ id }) => id === current);
  return [...cameras.slice(at + 1), ...cameras.slice(0, Math.max(0, at))];
}
