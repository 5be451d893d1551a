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

  useEffect(() => {
    if (place === undefined || place === shown.current) {
      return;
    }
    if (travelledTo.current !== place) {
      (replaces(shown.current, place) ? replacePlace : pushPlace)(place);
    }
    travelledTo.current = undefined;
    shown.current = place;
  }, [place]);

  useEffect(
    () =>
      onTravel((went) => {
        if (went !== undefined) {
          travelledTo.current = went;
          tell({ what: "went", to: went });
        }
      }),
    [],
  );
}
