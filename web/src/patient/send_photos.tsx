// Page 8, sending: one bar a photo, filled by what storage has confirmed and by nothing else.
import { Button } from "nhsuk-react-components";
import type { Inside, Place } from "./journey.ts";
import { Page } from "./page.tsx";
import type { Photo } from "./photo/photo.ts";
import type { Progress } from "./upload/progress.ts";
import { words } from "./words.ts";

export interface SendPhotosProps {
  inside: Inside;
  place: Extract<Place, { name: "sending" }>;
  stop: () => void;
}

export function SendPhotosPage({ inside, place, stop }: SendPhotosProps) {
  const { sending } = words;
  const photos = inside.photos.filter((photo) => photo.refusal === undefined);
  const progressOf = (photo: Photo): Progress => place.progress[photo.key] ?? { at: "waiting" };
  const all = photos.map(progressOf);
  const done = all.filter(({ at }) => at === "arrived").length;
  const noSignal = all.find((progress) => progress.at === "no-signal");
  const isLong = noSignal?.at === "no-signal" && noSignal.long;
  const heading = photos.length === 0 ? sending.finishing : sending.title(photos.length);
  return (
    <Page title={heading} heading={heading}>
      <p>{sending.keepOpen(photos.length)}</p>
      <ul class="photo-list">
        {photos.map((photo, index) => (
          <li class="photo-list__item" key={photo.key}>
            <img class="photo-list__picture" src={photo.url} alt="" />
            <Bar number={index + 1} progress={progressOf(photo)} />
          </li>
        ))}
      </ul>
      <div class="sending__said" role="status">
        {photos.length > 0 && <p>{sending.announce(done, photos.length)}</p>}
        {noSignal !== undefined && <p class="callout">{sending.noSignal}</p>}
        {isLong && <p>{sending.noSignalLong}</p>}
        {done === photos.length && <p>{sending.finishing}…</p>}
      </div>
      {isLong && (
        <Button type="button" secondary onClick={stop}>
          {sending.stop}
        </Button>
      )}
    </Page>
  );
}

function Bar({ number, progress }: { number: number; progress: Progress }) {
  const percent = percentOf(progress);
  return (
    <div class="photo-list__words">
      <strong>{words.photos.item(number)}</strong>
      <progress class="bar" max={100} value={percent} aria-label={words.photos.item(number)} />
      <p>{barWords(progress, percent)}</p>
    </div>
  );
}

/** Never 100 before it has arrived: the last step is the function's word that it is there. */
export function percentOf(progress: Progress): number {
  switch (progress.at) {
    case "sending":
    case "no-signal":
      return Math.min(99, Math.floor((progress.sent / progress.total) * 100));
    case "arrived":
      return 100;
    default:
      return 0;
  }
}

function barWords(progress: Progress, percent: number): string {
  const { sending } = words;
  switch (progress.at) {
    case "waiting":
      return sending.waiting;
    case "arrived":
      return sending.arrived;
    case "refused":
    case "unusable":
      return sending.refused;
    default:
      return sending.percent(percent);
  }
}
