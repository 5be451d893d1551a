// A form that is looked at before it is sent: either some fields are wrong, or it is a call.
import type { TargetedSubmitEvent } from "preact";
import { useState } from "preact/hooks";
import type { Trouble } from "./patient_api.ts";
import { type CallState, useCall } from "./use_call.ts";

export interface FieldTrouble {
  /** Id of the element to go to. */
  field: string;
  words: string;
  /** Of a question with several boxes: the ones that may be wrong. */
  boxes?: readonly string[];
}

export type Looked =
  | { kind: "wrong"; fields: FieldTrouble[] }
  | {
      kind: "right";
      call: () => Promise<Trouble | undefined>;
      /** Ids of the elements, by the names that the function has for them. */
      fields?: Readonly<Record<string, string>>;
    };

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
        void run(async () => {
          const trouble = await looked.call();
          const named = namedBy(trouble, looked.fields ?? {});
          if (named.length === 0) return trouble;
          setWrong({ wrong: named, time: event.timeStamp + 1 });
          return undefined;
        });
      }
    },
  };
}

/** What only the function could know of a field, such as a day that has not come yet. */
function namedBy(
  trouble: Trouble | undefined,
  fields: Readonly<Record<string, string>>,
): FieldTrouble[] {
  const errors = trouble?.kind === "problem" ? trouble.problem.errors : [];
  return errors.flatMap(({ field, detail }) => {
    const id = fields[field];
    return id === undefined ? [] : [{ field: id, words: detail }];
  });
}
