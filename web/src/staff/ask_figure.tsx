// The figure to choose a part of the body on. One press chooses the part and the patient's own side
// of it, and the words under the figure say which, because a drawing is easily mirrored in mind.
import { useState } from "preact/hooks";
import type { BodySite } from "../surface/body_figure/body_site.ts";
import { VIEWS, type View } from "../surface/body_figure/drawing.ts";
import { ChoosableBodyFigure, type Marked } from "../surface/body_figure/body_figure.tsx";
import { chooseArea, placeToSend, type PlaceAsked } from "./ask_state.ts";
import { placeWords } from "./place_words.ts";
import { words } from "./words.ts";

interface AskFigureProps {
  place: PlaceAsked;
  choose: (place: PlaceAsked) => void;
}

export function AskFigure({ place, choose }: AskFigureProps) {
  const [view, setView] = useState<View>("front");
  const said = words.ask;
  const chosen = placeToSend(place);
  const marked: Marked | undefined = chosen && {
    site: chosen.bodySite,
    laterality: chosen.laterality,
  };
  return (
    <div class="ask-figure" role="group" aria-labelledby="ask-figure">
      <p class="nhsuk-label" id="ask-figure">
        {said.place}
      </p>
      <p class="nhsuk-hint">{said.placeHint}</p>
      <div class="ask-figure__views" role="group" aria-label={said.views}>
        {VIEWS.map((one) => (
          <button
            key={one}
            type="button"
            class="ask-figure__view"
            aria-pressed={one === view}
            onClick={() => setView(one)}
          >
            {said.viewNames[one]}
          </button>
        ))}
      </div>
      <div class="ask-figure__drawing">
        <ChoosableBodyFigure
          view={view}
          label={said.figure}
          marked={marked}
          nameOf={({ site, laterality }) => placeWords({ bodySite: site, laterality })}
          choose={({ site, laterality }) => choose(chooseArea(site, laterality))}
        />
      </div>
      <p class="ask-figure__chosen" role="status">
        {chosenWords(place)}
      </p>
    </div>
  );
}

function chosenWords(place: PlaceAsked): string {
  const chosen = placeToSend(place);
  if (chosen !== undefined) return words.ask.chosen(placeWords(chosen));
  const part: BodySite | undefined = place.is === "none" ? undefined : place.site;
  return part === undefined
    ? words.ask.noneChosen
    : words.ask.sideToChoose(placeWords({ bodySite: part, laterality: "none" }));
}
