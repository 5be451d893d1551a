// A picture, as large as the window, on dark. Beside it who sent it and when, the notes, and why it
// is still here. Opening this page is a look, and the page says that it is recorded.
import { useCallback, useState } from "preact/hooks";
import { LookedAt } from "./looked_at.tsx";
import { useLooking } from "./looking.ts";
import { takenWords } from "./item_words.ts";
import { PageHeading } from "./page_heading.tsx";
import { PageLink } from "./page_link.tsx";
import { usePatient } from "./patient_record.tsx";
import { PictureFacts } from "./picture_facts.tsx";
import { PictureStage, StageTools } from "./picture_stage.tsx";
import { placeTitle } from "./place_words.ts";
import { useSingleKeys } from "./single_keys.ts";
import { useStaff } from "./staff_context.ts";
import { neighbours } from "./timeline.ts";
import { keyed, WHOLE, type Frame } from "./view_frame.ts";
import { without } from "./waiting_pictures.ts";
import { words } from "./words.ts";

const VIEW_KEYS = ["+", "=", "-", "0", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"] as const;

export function ViewItem({ item }: { item: string }) {
  const { go, now, waiting, keys } = useStaff();
  const { record } = usePatient();
  const { patient, items } = record;
  const { looking, again } = useLooking(patient, item);
  const [view, setView] = useState(WHOLE);
  const [frame, setFrame] = useState<Frame | undefined>(undefined);
  const onFrame = useCallback((laidOut: Frame) => setFrame(laidOut), []);
  const around = neighbours(items, item);
  const previous = around?.previous;
  const shown = items.find((one) => one.item === item);
  const rest = without(waiting, item);
  const next = rest[0];
  const open = (other: string | undefined) => {
    if (other !== undefined) go({ page: "view-item", patient, item: other });
  };

  const press = (key: (typeof VIEW_KEYS)[number]) => () => {
    const moved = frame && keyed(view, key, frame);
    if (moved !== undefined) setView(moved);
    else if (key === "ArrowLeft") open(around?.earlier?.item);
    else if (key === "ArrowRight") open(around?.later?.item);
  };
  useSingleKeys(keys.on, {
    ...Object.fromEntries(VIEW_KEYS.map((key) => [key, press(key)])),
    c: previous && (() => go({ page: "compare-items", patient, item, other: previous.item, how: "side-by-side" })),
    n: next && (() => go({ page: "view-item", patient: next.patient, item: next.item })),
  });

  if (shown === undefined || around === undefined) {
    return (
      <>
        <PageHeading>{words.picture.notThere}</PageHeading>
        <p>{words.picture.notThereHelp}</p>
        <p>
          <PageLink to={{ page: "show-patient", patient, by: "body-part" }}>
            {words.picture.back}
          </PageLink>
        </p>
      </>
    );
  }
  const label = words.picture.frameLabel(placeTitle(shown), takenWords(shown, now()));
  return (
    <>
      <div class="picture__bar">
        <PageLink to={{ page: "list-inbox" }}>{words.frame.inbox}</PageLink>
        <PageLink to={{ page: "show-patient", patient, by: "body-part" }}>
          {words.picture.back}
        </PageLink>
        <PageHeading className="nhsuk-heading-s">{placeTitle(shown)}</PageHeading>
        <nav class="picture__steps" aria-label={words.picture.of(around.place, around.count)}>
          <Step to={around.earlier?.item} patient={patient} name={words.picture.earlier} />
          <span>{words.picture.of(around.place, around.count)}</span>
          <Step to={around.later?.item} patient={patient} name={words.picture.later} />
          {next && (
            <PageLink to={{ page: "view-item", patient: next.patient, item: next.item }}>
              {words.picture.next(rest.length)}
            </PageLink>
          )}
        </nav>
      </div>
      <div class="picture">
        <div class="picture__stage">
          <LookedAt looking={looking} again={again}>
            {(source) => (
              <PictureStage
                source={source}
                label={label}
                view={view}
                setView={setView}
                onFrame={onFrame}
              />
            )}
          </LookedAt>
          {frame && looking.is === "here" && (
            <StageTools view={view} frame={frame} setView={setView} />
          )}
        </div>
        <PictureFacts item={shown} looking={looking} others={around.others} previous={around.previous} />
      </div>
    </>
  );
}

function Step({ to, patient, name }: { to: string | undefined; patient: string; name: string }) {
  if (to === undefined) return <span class="picture__no-step">{name}</span>;
  return <PageLink to={{ page: "view-item", patient, item: to }}>{name}</PageLink>;
}
