// One call at a time from one page: idle, under way, or back with trouble to show.
import { useState } from "preact/hooks";
import type { Trouble } from "./patient_api.ts";

export type CallState =
  | { is: "idle" }
  | { is: "busy" }
  /** `time` tells a second trouble from the first, so that it is announced again. */
  | { is: "trouble"; trouble: Trouble; time: number };

export interface PageCall {
  state: CallState;
  /** Does nothing while another call is under way: a second tap is no second answer. */
  run: (call: () => Promise<Trouble | undefined>) => Promise<void>;
}

export function useCall(): PageCall {
  const [state, setState] = useState<CallState>({ is: "idle" });
  return {
    state,
    async run(call) {
      if (state.is === "busy") {
        return;
      }
      setState({ is: "busy" });
      const trouble = await call();
      setState(
        trouble === undefined ? { is: "idle" } : { is: "trouble", trouble, time: performance.now() },
      );
    },
  };
}
