// Page 4, get ready: now that it is the right person, what is asked for and why, how to take a
// photo that helps, and when somebody will look.
import { Button } from "nhsuk-react-components";
import { BodyFigure, viewsShowing } from "../surface/body_figure/body_figure.tsx";
import { isBodySite, type Laterality } from "../surface/body_figure/body_site.ts";
import type { View } from "../surface/body_figure/drawing.ts";
import type { CaptureShown } from "./journey.ts";
import { WithPhones } from "../surface/with_phones.tsx";
import { Page } from "./page.tsx";
import { PhotoPicker, type Picked } from "./photo/photo_picker.tsx";
import { words } from "./words.ts";

export interface ShowCaptureProps {
  capture: CaptureShown;
  openCamera: () => void;
  picked: (picked: Picked) => void;
  places: number;
  takeBack: () => void;
}

export function ShowCapturePage(props: ShowCaptureProps) {
  const { capture, openCamera, picked, places, takeBack } = props;
  const { ready } = words;
  return (
    <Page
      title={ready.pageTitle}
      heading={ready.title(capture.bodyPart, Math.max(1, places))}
      back
    >
      <WhereToShow capture={capture} />
      <p>
        <strong>{ready.reason}:</strong> {capture.reason}
      </p>
      {typeof capture.note === "string" && (
        <p>
          <strong>{ready.note}:</strong> {capture.note}
        </p>
      )}
      {capture.intimate && <p class="callout">{ready.intimate}</p>}
      <h2 class="nhsuk-heading-m">{ready.tips}</h2>
      <ul class="nhsuk-list nhsuk-list--bullet">
        {capture.tips.map((tip) => (
          <li key={tip}>{tip}</li>
        ))}
      </ul>
      <section class="callout" aria-labelledby="emergency">
        <h2 class="nhsuk-heading-s" id="emergency">
          {ready.emergency}
        </h2>
        <p>{ready.lookedAt(capture.lookedAt)}</p>
        <p>
          <WithPhones phone={capture.phone}>{capture.ifWorse}</WithPhones>
        </p>
        {!capture.ifWorse.includes(capture.phone) && (
          <p>
            <WithPhones phone={capture.phone}>
              {words.phone(capture.controller, capture.phone)}
            </WithPhones>
          </p>
        )}
      </section>
      <p>{ready.allow}</p>
      <div class="nhsuk-button-group">
        <Button type="button" onClick={openCamera}>
          {ready.start}
        </Button>
        <PhotoPicker label={ready.choose} places={places} picked={picked} />
      </div>
      <p>
        <button class="link-button" type="button" onClick={takeBack}>
          {words.withdraw.link}
        </button>
      </p>
    </Page>
  );
}

const VIEW_WORDS: Record<View, string> = {
  front: words.ready.front,
  back: words.ready.behind,
  left: words.ready.side,
  right: words.ready.side,
  head: words.ready.front,
};

/** Front and back, the area marked; the head is drawn large where something small in it is meant. */
function WhereToShow({ capture }: { capture: CaptureShown }) {
  const { bodySite: site, bodyPart } = capture;
  if (!isBodySite(site)) {
    return null;
  }
  const marked = { site, laterality: capture.laterality as Laterality };
  const shown = viewsShowing(marked);
  const isOfTheHead = shown[0] === "head" || (shown.includes("head") && !shown.includes("back"));
  const views: View[] = isOfTheHead ? ["head"] : ["front", "back"];
  return (
    <div class="where-to-show">
      {views.map((view) => (
        <figure class={`where-to-show__view where-to-show__view--${view}`} key={view}>
          <BodyFigure view={view} label={figureWords(view, shown, bodyPart)} marked={marked} />
          <figcaption>{VIEW_WORDS[view]}</figcaption>
        </figure>
      ))}
      <p class="where-to-show__sides">{words.ready.yourSide}</p>
    </div>
  );
}

function figureWords(view: View, shown: readonly View[], part: string): string {
  const { ready } = words;
  return shown.includes(view) ? ready.figure(part) : ready.figureWithout(VIEW_WORDS[view]);
}
