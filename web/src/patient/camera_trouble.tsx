// No camera in the page: why, how to allow it on this phone, and the other ways to a photo.
import { Button } from "nhsuk-react-components";
import { Page } from "./page.tsx";
import { PhotoPicker, type Picked } from "./photo/photo_picker.tsx";
import { isApple } from "./which_phone.ts";
import { words } from "./words.ts";

export interface CameraTroubleProps {
  why: "refused" | "missing" | "busy";
  places: number;
  picked: (picked: Picked) => void;
  tryAgain: () => void;
}

export function CameraTrouble({ why, places, picked, tryAgain }: CameraTroubleProps) {
  const { camera } = words;
  const [title, help] = {
    refused: [camera.refusedTitle, isApple() ? camera.refusedApple : camera.refusedOther],
    missing: [camera.missingTitle, camera.missing],
    busy: [camera.busyTitle, camera.busy],
  }[why] as [string, string];
  return (
    <div class="nhsuk-width-container light-surroundings">
      <Page title={title} heading={title} back>
        <p role="alert">{help}</p>
        <Button type="button" onClick={tryAgain}>
          {words.tryAgain}
        </Button>
        <p>{camera.otherWay}</p>
        <div class="nhsuk-button-group">
          <PhotoPicker label={camera.phoneCamera} places={places} picked={picked} camera />
          <PhotoPicker label={camera.choose} places={places} picked={picked} />
        </div>
      </Page>
    </div>
  );
}
