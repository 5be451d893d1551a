// A form that is looked at before it is sent: either some fields are wrong, or it is a call.
import type { TargetedSubmitEvent } from "preact";
import { useState } from "preact/hooks";
import type { Trouble } from "./patient_api.ts";
import { type CallState, useCall } from "./use_call.ts";

export interface FieldTrouble {
  /** Id of the element to go to. */
  field: string;
  words: string;
}

export type Looked =
  | { kind: "wrong"; fields: FieldTrouble[] }
  | { kind: "right"; call: () => Promise<Trouble | undefined> };

export interface Form {
  state: CallState;
  /** What is wrong; empty where nothing is. */
  wrong: readonly FieldTrouble[];
  /** Tells one look from the next, so that the same trouble is announced again. */
  time: number;
  hasError: boolean;
  wordsFor: (field: string) => string | undefined;
  onSubmit: (event: TargetedSubmitEvent<HTMLFormElement>) => void;
}

export function useForm(look: (form: HTMLFormElement) => Looked): Form {
  const { state, run } = useCall();
  const [{ wrong, time }, setWrong] = useState<{ wrong: FieldTrouble[]; time: number }>({
    wrong: [],
    time: 0,
  });
  return {
    state,
    wrong,
    time,
    hasError: wrong.length > 0 || state.is === "trouble",
    wordsFor: (field) => wrong.find((one) => one.field === field)?.words,
    onSubmit(event) {
      event.preventDefault();
      const looked = look(event.currentTarget);
      const fields = looked.kind === "wrong" ? looked.fields : [];
      setWrong({ wrong: fields, time: event.timeStamp });
      if (looked.kind === "right") {
        void run(looked.call);
      }
    },
  };
}
