// While a request is open the record changes beside the page that shows it: in the next tab, or on
// the patient's phone. Whoever comes back to the page sees what has become of it. The page does not
// ask by itself all the time, because every look at a record is written down.
import { useEffect, useRef } from "preact/hooks";
import { usePatient } from "./patient_record.tsx";
import { isOpen } from "./request_words.ts";
import { useStaff } from "./staff_context.ts";

/** Between two looks that nobody asked for. */
const PAUSE = 10_000;

export function useFollowRequests(): void {
  const { now } = useStaff();
  const { record, reload } = usePatient();
  const isWaiting = record.requests.some(isOpen);
  // Made and perhaps used just now, on this very device.
  const isInTheRoom = record.requests.some(
    (request) => isOpen(request) && request.delivery === "here",
  );
  const lookedAt = useRef(0);
  useEffect(() => {
    if (!isWaiting) return;
    const look = () => {
      if (document.visibilityState !== "visible" || now() - lookedAt.current < PAUSE) return;
      lookedAt.current = now();
      void reload();
    };
    if (isInTheRoom) look();
    else lookedAt.current = now();
    window.addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
    return () => {
      window.removeEventListener("focus", look);
      document.removeEventListener("visibilitychange", look);
    };
  }, [isWaiting, isInTheRoom, now, reload]);
}
