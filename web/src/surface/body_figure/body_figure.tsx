// The figure: one view of a body whose areas are marked, and buttons where somebody may choose.
import { hasSide, type BodySite, type Laterality } from "./body_site.ts";
import { type Area, areasOf, middleOf, type View, VIEWS, viewBox } from "./drawing.ts";

export interface Marked {
  site: BodySite;
  laterality: Laterality;
}

interface BodyFigureProps {
  view: View;
  /** What the whole drawing is called. */
  label: string;
  marked: Marked | undefined;
}

interface ChoosableProps extends BodyFigureProps {
  choose: (area: Marked) => void;
  /** What an area is called: `left knee`. */
  nameOf: (area: Marked) => string;
}

/** A drawing to look at. */
export function BodyFigure({ view, label, marked }: BodyFigureProps) {
  return (
    <svg class="body-figure" viewBox={viewBox(view)} role="img" aria-label={label}>
      {markedLast(areasOf(view), marked).map((area) => (
        <path {...shape(view, area)} class={classOf(area, marked)} />
      ))}
    </svg>
  );
}

/** A drawing to choose from: every area is a button, in the order of reading from head to foot. */
export function ChoosableBodyFigure(props: ChoosableProps) {
  const { view, label, marked, choose, nameOf } = props;
  return (
    <svg class="body-figure" viewBox={viewBox(view)} role="group" aria-label={label}>
      {areasOf(view).map((area) => {
        const chosen = { site: area.site, laterality: area.laterality };
        return (
          <path
            {...shape(view, area)}
            class={`${classOf(area, marked)} body-figure__area--choosable`}
            role="button"
            // In lower case: names of attributes of SVG are told apart by it.
            tabindex={0}
            aria-label={nameOf(chosen)}
            aria-pressed={isMarked(area, marked)}
            onClick={() => choose(chosen)}
            onKeyDown={(event) => {
              if (event.key === "Enter" || event.key === " ") {
                event.preventDefault();
                choose(chosen);
              }
            }}
          />
        );
      })}
    </svg>
  );
}

/** Views on which something of `marked` can be seen, the plainest first. */
export function viewsShowing(marked: Marked): View[] {
  return VIEWS.filter((view) => areasOf(view).some((area) => isMarked(area, marked)));
}

/** All of the skin is every area; both sides are each of them. */
export function isMarked(area: Area, marked: Marked | undefined): boolean {
  if (marked === undefined) {
    return false;
  }
  if (marked.site === "skin-general") {
    return true;
  }
  return (
    area.site === marked.site &&
    (!hasSide(marked.site) ||
      marked.laterality === "both" ||
      area.laterality === marked.laterality)
  );
}

/** So that no neighbour lies on its outline. */
function markedLast(areas: readonly Area[], marked: Marked | undefined): Area[] {
  const [quiet, loud] = [false, true].map((wanted) =>
    areas.filter((area) => isMarked(area, marked) === wanted),
  );
  return [...(quiet ?? []), ...(loud ?? [])];
}

function shape(view: View, { site, laterality, outline, isMirrored }: Area) {
  return {
    key: `${site}-${laterality}`,
    d: outline,
    ...(isMirrored ? { transform: `matrix(-1 0 0 1 ${2 * middleOf(view)} 0)` } : {}),
  };
}

function classOf(area: Area, marked: Marked | undefined): string {
  return isMarked(area, marked)
    ? "body-figure__area body-figure__area--marked"
    : "body-figure__area";
}
