// Page 6, is it good: the picture large, two answers, and a hint where there is one.
import { Button } from "nhsuk-react-components";
import { useState } from "preact/hooks";
import { useHeadingFocus, useTitle } from "./page.tsx";
import { type Hints, lookAt } from "./photo/coach.ts";
import type { Photo } from "./photo/photo.ts";
import { words } from "./words.ts";

export interface CheckPhotoProps {
  candidate: Photo;
  use: () => void;
}

export function CheckPhotoPage({ candidate, use }: CheckPhotoProps) {
  const [hints, setHints] = useState<Hints>();
  const heading = useHeadingFocus<HTMLHeadingElement>();
  const { check } = words;
  useTitle(check.title);
  return (
    <div class="check">
      <h1 class="check__title" tabIndex={-1} ref={heading}>
        {check.title}
      </h1>
      <div class="check__stage">
        <img
          class="check__picture"
          src={candidate.url}
          alt={check.alt}
          onLoad={(event) => setHints(lookAt(event.currentTarget))}
        />
      </div>
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
    </div>
  );
}
