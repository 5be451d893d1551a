// The pages after identity, each by its place.
import { useState } from "preact/hooks";
import type { Actions } from "./actions.ts";
import { CheckPhotoPage } from "./check_photo.tsx";
import { ChoosePhotosPage } from "./choose_photos.tsx";
import { freePlaces, type Happening, type Inside, newOnes } from "./journey.ts";
import type { Picked } from "./photo/photo_picker.tsx";
import { RecordConsentPage } from "./record_consent.tsx";
import { SendPhotosPage } from "./send_photos.tsx";
import { ShowCapturePage } from "./show_capture.tsx";
import { SubmitCapturePage } from "./submit_capture.tsx";
import { TakePhotoPage } from "./take_photo.tsx";
import { WithdrawConsentPage } from "./withdraw_consent.tsx";
import { words } from "./words.ts";

export interface InsidePageProps {
  inside: Inside;
  actions: Actions;
  tell: (happening: Happening) => void;
  /** What was typed for the team, as long as the page is there. */
  note: { current: string };
}

export function InsidePage({ inside, actions, tell, note }: InsidePageProps) {
  const [refused, setRefused] = useState<readonly string[]>([]);
  const { capture, place } = inside;
  const places = freePlaces(inside);
  const openCamera = () => {
    setRefused([]);
    tell({ what: "went", to: "camera" });
  };
  const takeBack = () => tell({ what: "went", to: "take-back" });
  const picked = (found: Picked) => {
    const isSame = newOnes(inside, found.photos).length < found.photos.length;
    setRefused(isSame ? [...found.refused, words.file.same] : found.refused);
    tell({ what: "picked", photos: found.photos });
    if (newOnes(inside, found.photos).length === 0) {
      // What could not be taken is said where the photos are.
      tell({ what: "went", to: "photos" });
    }
  };

  switch (place.name) {
    case "choice":
      return (
        <RecordConsentPage
          capture={capture}
          showConsent={actions.showConsent}
          choose={actions.choose}
          goOn={() => tell({ what: "went", to: "ready" })}
          takeBack={takeBack}
        />
      );
    case "ready":
      return (
        <ShowCapturePage
          capture={capture}
          openCamera={openCamera}
          picked={picked}
          places={places}
          takeBack={takeBack}
        />
      );
    case "camera":
      return (
        <TakePhotoPage
          number={capture.photos - places + 1}
          of={capture.photos}
          places={places}
          picked={picked}
        />
      );
    case "check":
      return <CheckPhotoPage candidate={place.candidate} use={() => tell({ what: "used" })} />;
    case "photos":
      return (
        <ChoosePhotosPage
          inside={inside}
          note={note.current}
          keepNote={(text) => {
            note.current = text;
          }}
          refused={refused}
          openCamera={openCamera}
          picked={picked}
          drop={actions.drop}
          takeOut={actions.takeOut}
          send={actions.send}
          takeBack={takeBack}
        />
      );
    case "sending":
      return <SendPhotosPage inside={inside} place={place} stop={actions.stopSending} />;
    case "sent":
      return (
        <SubmitCapturePage
          inside={inside}
          refresh={actions.refresh}
          openCamera={openCamera}
          takeBack={takeBack}
        />
      );
    case "take-back":
      return <WithdrawConsentPage withdraw={actions.withdraw} />;
  }
}
