// While a link that was given in the room is in use, the record changes beside the page that shows
// it, often in the next tab: whoever comes back to the page sees what has become of it.
import { useEffect } from "preact/hooks";
import { usePatient } from "./patient_record.tsx";

export function useFollowRoom(): void {
  const { record, reload } = usePatient();
  const isInUse = record.requests.some(
    ({ state, delivery }) => state === "open" && delivery === "here",
  );
  useEffect(() => {
    if (!isInUse) return;
    const look = () => {
      if (document.visibilityState === "visible") void reload();
    };
    look();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [isInUse, reload]);
}
