// Page 9, sent: to whom, what happens next, and "has your photos" only once every one is filed.
import { Button } from "nhsuk-react-components";
import { useEffect } from "preact/hooks";
import type { Inside } from "./journey.ts";
import { useHeadingFocus, useTitle } from "./page.tsx";
import type { Trouble } from "./patient_api.ts";
import { words } from "./words.ts";

export interface SubmitCaptureProps {
  inside: Inside;
  refresh: () => Promise<Trouble | undefined>;
  openCamera: () => void;
  takeBack: () => void;
}

/** Seconds between looks while photos are being checked. */
const LOOKS = [1, 2, 3, 5, 8, 15];

export function SubmitCapturePage({ inside, refresh, openCamera, takeBack }: SubmitCaptureProps) {
  const { capture } = inside;
  const filed = capture.uploads.filter(({ state }) => state === "filed").length;
  const arrived = capture.uploads.filter(({ state }) => state === "arrived").length;
  const refused = capture.uploads.filter(({ state }) => state === "refused");
  useLooks(arrived > 0, refresh);
  const heading = useHeadingFocus<HTMLHeadingElement>();
  const { sent } = words;
  // The browser's history keeps titles: this one does not say which team.
  useTitle(sent.pageTitle);
  const allFromHere = capture.uploads.every(({ source }) => source === "camera");
  return (
    <div class="page">
      <div class="nhsuk-panel">
        <h1 class="nhsuk-panel__title" tabIndex={-1} ref={heading}>
          {sent.title(capture.team)}
        </h1>
        <p class="nhsuk-panel__body" role="status">
          {arrived > 0 ? sent.beingChecked(arrived + filed) : sent.has(capture.team, filed)}
        </p>
      </div>
      {refused.length > 0 && (
        <section class="callout callout--error" role="alert">
          <h2 class="nhsuk-heading-s">{sent.refusedTitle(refused.length)}</h2>
          {refused.map(({ upload, refusalWords }) => (
            <p key={upload}>{refusalWords}</p>
          ))}
          {capture.placesLeft > 0 && (
            <Button type="button" onClick={openCamera}>
              {sent.again}
            </Button>
          )}
        </section>
      )}
      <h2 class="nhsuk-heading-m">{sent.next}</h2>
      <p>{sent.lookedAt(capture.lookedAt)}</p>
      <h2 class="nhsuk-heading-m">{sent.worse}</h2>
      <p>{capture.ifWorse}</p>
      <p>
        <strong>{allFromHere ? sent.nothingKept : sent.mayBeKept}</strong>
      </p>
      <p>{sent.mind}</p>
      <p>
        <button class="link-button" type="button" onClick={takeBack}>
          {words.withdraw.link}
        </button>
      </p>
      <p>{sent.delete}</p>
    </div>
  );
}

/** Looks again, more and more seldom, as long as something is being checked. */
function useLooks(isNeeded: boolean, refresh: () => Promise<Trouble | undefined>): void {
  useEffect(() => {
    if (!isNeeded) {
      return undefined;
    }
    let looks = 0;
    let timer: ReturnType<typeof setTimeout>;
    const wait = () => {
      const seconds = LOOKS[Math.min(looks, LOOKS.length - 1)] ?? 1;
      looks += 1;
      timer = setTimeout(() => void refresh().then(wait), seconds * 1000);
    };
    wait();
    return () => clearTimeout(timer);
  }, [isNeeded]);
}
