// Page 6, is it good: two answers, a hint where there is one, and the picture large. The picture lies
// where the camera had its shutter, so that no second tap on that can answer.
import { Button } from "nhsuk-react-components";
import { useState } from "preact/hooks";
import { useHeadingFocus, useTitle } from "./page.tsx";
import { type Hints, lookAt } from "./photo/coach.ts";
import type { Photo } from "./photo/photo.ts";
import { words } from "./words.ts";

export interface CheckPhotoProps {
  /** In full, in words. */
  whose: string;
  candidate: Photo;
  use: () => void;
}

export function CheckPhotoPage({ whose, candidate, use }: CheckPhotoProps) {
  const [hints, setHints] = useState<Hints>();
  const heading = useHeadingFocus<HTMLHeadingElement>();
  const { check } = words;
  useTitle(check.title);
  return (
    <div class="check">
      <h1 class="check__title" tabIndex={-1} ref={heading}>
        {check.title}
      </h1>
      <p class="check__whose">{whose}</p>
      <div class="check__answer">
        <p>{check.ask}</p>
        <div role="status">
          {hints?.isDark === true && <p class="check__hint">{check.dark}</p>}
          {hints?.isBlurred === true && <p class="check__hint">{check.blurred}</p>}
        </div>
        <div class="nhsuk-button-group">
          <Button type="button" reverse onClick={use}>
            {check.use}
          </Button>
          <button class="link-button link-button--on-dark" type="button" onClick={() => history.back()}>
            {candidate.source === "camera" ? check.again : check.chooseOther}
          </button>
        </div>
      </div>
      <div class="check__stage">
        <img
          class="check__picture"
          src={candidate.url}
          alt={check.alt}
          onLoad={(event) => setHints(lookAt(event.currentTarget))}
        />
      </div>
    </div>
  );
}
