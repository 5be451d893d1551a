// Two pictures of one part of the body, side by side or one over the other, the older one first.
// Both looks are recorded, as every look is.
import { useCallback, useState } from "preact/hooks";
import { takenWords } from "./item_words.ts";
import { LookedAt } from "./looked_at.tsx";
import { useLooking } from "./looking.ts";
import { PageHeading } from "./page_heading.tsx";
import { PageLink } from "./page_link.tsx";
import { usePatient } from "./patient_record.tsx";
import { PictureStage, StageTools } from "./picture_stage.tsx";
import { placeTitle } from "./place_words.ts";
import type { CompareHow } from "./routes.ts";
import type { ItemShown } from "./staff_api.ts";
import { useStaff } from "./staff_context.ts";
import { daysApart, weekdayAndTime } from "./time_words.ts";
import { itemTime } from "./timeline.ts";
import { WHOLE, type Frame, type View } from "./view_frame.ts";
import { words } from "./words.ts";

interface CompareItemsProps {
  item: string;
  other: string;
  how: CompareHow;
}

export function CompareItems({ item, other, how }: CompareItemsProps) {
  const { record } = usePatient();
  const { patient, items } = record;
  const pair = items
    .filter((one) => one.item === item || one.item === other)
    .sort((one, two) => itemTime(one) - itemTime(two));
  const [older, newer] = pair;
  const back = { page: "view-item", patient, item } as const;
  if (older === undefined || newer === undefined) {
    return (
      <>
        <PageHeading>{words.picture.notThere}</PageHeading>
        <p>{words.picture.notThereHelp}</p>
        <PageLink to={{ page: "show-patient", patient, by: "body-part" }}>
          {words.picture.back}
        </PageLink>
      </>
    );
  }
  const ways: readonly { to: CompareHow; name: string }[] = [
    { to: "side-by-side", name: words.compare.sideBySide },
    { to: "overlay", name: words.compare.overlay },
  ];
  return (
    <>
      <div class="picture__bar">
        <PageLink to={{ page: "list-inbox" }}>{words.frame.inbox}</PageLink>
        <PageLink to={back}>{words.compare.back}</PageLink>
        <PageHeading className="nhsuk-heading-s">{words.compare.title}</PageHeading>
        <nav class="orders" aria-label={words.compare.how}>
          {ways.map(({ to, name }) => (
            <PageLink
              key={to}
              to={{ page: "compare-items", patient, item, other, how: to }}
              aria-current={to === how ? "true" : undefined}
            >
              {name}
            </PageLink>
          ))}
        </nav>
      </div>
      <Pair older={older} newer={newer} how={how} />
    </>
  );
}

/** Stays while the way to compare changes, so that a change of way is not another look. */
function Pair({ older, newer, how }: { older: ItemShown; newer: ItemShown; how: CompareHow }) {
  const { record } = usePatient();
  const first = useLooking(record.patient, older.item);
  const second = useLooking(record.patient, newer.item);
  const [together, setTogether] = useState(true);
  const [views, setViews] = useState<readonly [View, View]>([WHOLE, WHOLE]);
  const [frame, setFrame] = useState<Frame | undefined>(undefined);
  const [otherFrame, setOtherFrame] = useState<Frame | undefined>(undefined);
  const [strength, setStrength] = useState(50);
  const onFrame = useCallback((laidOut: Frame) => setFrame(laidOut), []);
  const onOtherFrame = useCallback((laidOut: Frame) => setOtherFrame(laidOut), []);

  const setFirst = useCallback(
    (change: (view: View) => View) =>
      setViews(([one, two]) => (together ? [change(one), change(one)] : [change(one), two])),
    [together],
  );
  const setSecond = useCallback(
    (change: (view: View) => View) =>
      setViews(([one, two]) => (together ? [change(two), change(two)] : [one, change(two)])),
    [together],
  );

  if (how === "overlay") {
    return (
      <div class="compare compare--overlay">
        <LookedAt looking={first.looking} again={first.again}>
          {(under) => (
            <LookedAt looking={second.looking} again={second.again}>
              {(over) => (
                <PictureStage
                  source={under}
                  label={`${placeTitle(older)}`}
                  view={views[0]}
                  setView={setFirst}
                  onFrame={onFrame}
                  over={{ source: over, strength: strength / 100 }}
                >
                  <OnPicture item={older} name={words.compare.older} />
                  <OnPicture item={newer} name={words.compare.newer} since={older} />
                </PictureStage>
              )}
            </LookedAt>
          )}
        </LookedAt>
        <label class="compare__mix">
          {words.compare.mix}
          <input
            type="range"
            min="0"
            max="100"
            step="5"
            value={strength}
            aria-valuetext={words.compare.mixPercent(strength)}
            onInput={(event) => setStrength(Number(event.currentTarget.value))}
          />
        </label>
        {frame && <StageTools view={views[0]} frame={frame} setView={setFirst} />}
      </div>
    );
  }
  return (
    <div class="compare">
      <div class="compare__pair">
        <Side
          item={older}
          name={words.compare.older}
          looked={first}
          view={views[0]}
          setView={setFirst}
          onFrame={onFrame}
        />
        <Side
          item={newer}
          name={words.compare.newer}
          since={older}
          looked={second}
          view={views[1]}
          setView={setSecond}
          onFrame={onOtherFrame}
        />
      </div>
      <label class="compare__together">
        <input
          type="checkbox"
          checked={together}
          onChange={(event) => setTogether(event.currentTarget.checked)}
        />
        {words.compare.together}
      </label>
      {frame && together && <StageTools view={views[0]} frame={frame} setView={setFirst} />}
      {frame && otherFrame && !together && (
        <div class="compare__apart">
          <StageTools
            of={words.compare.older}
            view={views[0]}
            frame={frame}
            setView={setFirst}
          />
          <StageTools
            of={words.compare.newer}
            view={views[1]}
            frame={otherFrame}
            setView={setSecond}
          />
        </div>
      )}
      <p class="picture__small">{words.picture.recordedSoon}</p>
    </div>
  );
}

interface SideProps {
  item: ItemShown;
  name: string;
  /** The older of the two: how far it is from it is said too. */
  since?: ItemShown | undefined;
  looked: ReturnType<typeof useLooking>;
  view: View;
  setView: (change: (view: View) => View) => void;
  onFrame: (frame: Frame) => void;
}

function Side({ item, name, since, looked, view, setView, onFrame }: SideProps) {
  const { now } = useStaff();
  const taken = takenWords(item, now());
  return (
    <figure class="compare__side">
      <LookedAt looking={looked.looking} again={looked.again}>
        {(source) => (
          <PictureStage
            source={source}
            label={words.picture.frameLabel(placeTitle(item), taken)}
            view={view}
            setView={setView}
            onFrame={onFrame}
          >
            <OnPicture item={item} name={name} since={since} />
          </PictureStage>
        )}
      </LookedAt>
    </figure>
  );
}

/** On the picture itself, so that no two can be mixed up: which, of what, from when. */
function OnPicture({ item, name, since }: Pick<SideProps, "item" | "name" | "since">) {
  const at = itemTime(item);
  return (
    <p class="stage__words">
      <strong>{name}</strong> <span>{placeTitle(item)}</span>{" "}
      <span>{words.compare.taken(weekdayAndTime(at), item.capturedAt != null)}</span>
      {since && <span>{daysApart(itemTime(since), at)}</span>}
    </p>
  );
}
