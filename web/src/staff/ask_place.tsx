// Which part of the body, and which side of it: on the figure or from the list, whichever is
// quicker. A side is asked for wherever there is one, so that it cannot be forgotten.
import { BODY_SITES, isBodySite, type Laterality } from "../surface/body_figure/body_site.ts";
import { AskFigure } from "./ask_figure.tsx";
import { choosePart, chooseSide, siteOf, type PlaceAsked } from "./ask_state.ts";
import { FieldGroup, SelectField } from "./form_fields.tsx";
import type { FormProblems } from "./form_problems.ts";
import { words } from "./words.ts";

interface AskPlaceProps {
  place: PlaceAsked;
  choose: (place: PlaceAsked) => void;
  problems: FormProblems;
}

const PARTS = [
  { value: "", label: words.ask.placeChoose },
  ...BODY_SITES.map((value) => ({ value, label: words.bodySites[value] })),
];

export function AskPlace({ place, choose, problems }: AskPlaceProps) {
  const said = words.ask;
  return (
    <div class="ask-place">
      <AskFigure place={place} choose={choose} />
      <div>
        <SelectField
          name="bodySite"
          label={said.placeList}
          hint={said.placeListHint}
          value={siteOf(place) ?? ""}
          set={(part) => choose(choosePart(place, isBodySite(part) ? part : undefined))}
          choices={PARTS}
          problems={problems}
        />
        {(place.is === "side-missing" || place.is === "with-side") && (
          <FieldGroup name="laterality" label={said.side} hint={said.sideHint} problems={problems}>
            <Sides place={place} choose={choose} />
          </FieldGroup>
        )}
      </div>
    </div>
  );
}

const SIDES: readonly { side: Exclude<Laterality, "none">; name: string }[] = [
  { side: "left", name: words.ask.left },
  { side: "right", name: words.ask.right },
  { side: "both", name: words.ask.both },
];

function Sides({ place, choose }: Omit<AskPlaceProps, "problems">) {
  return (
    <div class="nhsuk-radios nhsuk-radios--inline">
      {SIDES.map(({ side, name }) => (
        <div class="nhsuk-radios__item" key={side}>
          <input
            class="nhsuk-radios__input"
            type="radio"
            id={`side-${side}`}
            name="laterality"
            value={side}
            checked={place.is === "with-side" && place.side === side}
            onChange={() => choose(chooseSide(place, side))}
          />
          <label class="nhsuk-label nhsuk-radios__label" for={`side-${side}`}>
            {name}
          </label>
        </div>
      ))}
    </div>
  );
}
