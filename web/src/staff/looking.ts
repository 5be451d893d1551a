// Gets a picture for as long as its page is open: `looking_state` says what leads to what.
import { useCallback, useEffect, useState } from "preact/hooks";
import { afterLooking, type Looking, type LookingEvent } from "./looking_state.ts";
import { fetchPicture, fingerprint } from "./picture_bytes.ts";
import { useStaff } from "./staff_context.ts";

export function useLooking(patient: string, item: string): { looking: Looking; again: () => void } {
  const { call, now, rememberLook } = useStaff();
  const [looking, setLooking] = useState<Looking>({ is: "asking" });
  const [turn, setTurn] = useState(0);

  useEffect(() => {
    const stop = new AbortController();
    let source: string | undefined;
    let state: Looking = { is: "asking" };
    const tell = (event: LookingEvent) => {
      if (stop.signal.aborted) return;
      state = afterLooking(state, event);
      setLooking(state);
    };
    const look = async () => {
      tell({ told: "again" });
      for (let renewed = false; state.is === "asking"; renewed = true) {
        const path = { patient, item };
        const url = "/api/patients/{patient}/items/{item}/view";
        const answer = await call("post", url, { path, signal: stop.signal });
        if (stop.signal.aborted) return;
        if (answer.kind !== "done") {
          tell({ told: "refused", why: answer });
          return;
        }
        const view = answer.body;
        tell({ told: "view", view, at: now(), renewed });
        rememberLook(item);
        const fetched = await fetchPicture(view.url, stop.signal);
        if (stop.signal.aborted) return;
        if (fetched.is === "url-ended") tell({ told: "url-ended" });
        else if (fetched.is === "unreachable") tell({ told: "no-bytes" });
        else {
          source = URL.createObjectURL(fetched.bytes);
          tell({ told: "bytes", source });
          tell({ told: "checked", matches: (await fingerprint(fetched.bytes)) === view.sha256 });
        }
      }
    };
    void look();
    return () => {
      stop.abort();
      if (source !== undefined) URL.revokeObjectURL(source);
    };
  }, [patient, item, turn, call, now, rememberLook]);

  const again = useCallback(() => setTurn((before) => before + 1), []);
  return { looking, again };
}
