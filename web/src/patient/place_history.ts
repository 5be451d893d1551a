// "Back" on the phone goes to the page before, as people expect; and never to one that would be a
// lie, such as the camera while photos are being sent.
import { useEffect, useRef } from "preact/hooks";
import { onTravel, type PlaceName, pushPlace, replacePlace } from "./address.ts";
import { type Happening, type Journey, placeName } from "./journey.ts";

/** Places that take the place of the one before: going back to that makes no sense. */
function replaces(from: PlaceName | undefined, to: PlaceName): boolean {
  return (
    from === undefined ||
    from === "identity" ||
    (from === "check" && to === "photos") ||
    to === "sending" ||
    from === "sending" ||
    to === "sent"
  );
}

export function usePlaceHistory(journey: Journey, tell: (happening: Happening) => void): void {
  const place = placeName(journey);
  const shown = useRef<PlaceName | undefined>(undefined);
  const travelledTo = useRef<PlaceName | undefined>(undefined);
  /** The page itself goes back now, and is already where that leads. */
  const isOwn = useRef(false);

  useEffect(() => {
    if (place === undefined || place === shown.current) {
      return;
    }
    if (travelledTo.current !== place && shown.current === "check" && place === "camera") {
      // The camera that opens again is the entry before: one "back" leaves it, after ten photos too.
      isOwn.current = true;
      history.back();
    } else if (travelledTo.current !== place) {
      (replaces(shown.current, place) ? replacePlace : pushPlace)(place);
    }
    travelledTo.current = undefined;
    shown.current = place;
  }, [place]);

  useEffect(
    () =>
      onTravel((went) => {
        if (isOwn.current) {
          // Told late, it would lead away from what was done meanwhile.
          isOwn.current = false;
          return;
        }
        if (went !== undefined) {
          travelledTo.current = went;
          tell({ what: "went", to: went });
        }
      }),
    [],
  );
}
