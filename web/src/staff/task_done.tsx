// "Done" of a task asks what was done, because the record says it; and what was just called done can
// be undone for ten seconds.
import { Button } from "nhsuk-react-components";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Done } from "./finishing.ts";
import { LongTextField, ProblemSummary } from "./form_fields.tsx";
import { found, NO_PROBLEMS } from "./form_problems.ts";
import type { Finishing } from "./inbox_state.ts";
import { fullName } from "./person_words.ts";
import type { DoneTask, InboxEntry } from "./staff_api.ts";
import { troubleWords } from "./waiting.tsx";
import { words } from "./words.ts";

export const DONE_HOW = ["phoned", "number-corrected", "other"] as const;

interface TaskDoneProps {
  row: InboxEntry;
  finishing: Finishing;
  /** Whether this row is asked what was done. */
  asked: boolean;
  ask: (asked: boolean) => void;
  finish: (said: DoneTask) => void;
}

export function TaskDone({ row, finishing, asked, ask, finish }: TaskDoneProps) {
  const isMarking = finishing.is === "marking" && finishing.row === row.row;
  return (
    <div class={`inbox__done ${asked ? "inbox__done--asked" : ""}`}>
      {asked ? (
        <WhatWasDone row={row} leave={() => ask(false)} finish={finish} />
      ) : (
        <Button
          small
          secondary
          onClick={() => ask(true)}
          aria-label={words.inbox.doneFor(taskWords(row), nameOf(row))}
        >
          {isMarking ? words.inbox.marking : words.inbox.done}
        </Button>
      )}
      {finishing.is === "not-marked" && finishing.row === row.row && (
        <p class="inbox__trouble" role="alert">
          {words.inbox.notDone} {troubleWords(finishing.why).detail}
        </p>
      )}
    </div>
  );
}

interface WhatWasDoneProps {
  row: InboxEntry;
  leave: () => void;
  finish: (said: DoneTask) => void;
}

function WhatWasDone({ row, leave, finish }: WhatWasDoneProps) {
  const group = useRef<HTMLDivElement>(null);
  const [isOther, setOther] = useState(false);
  const [typed, setTyped] = useState("");
  const [problems, setProblems] = useState(NO_PROBLEMS);
  const said = words.inbox;
  useEffect(() => group.current?.querySelector<HTMLElement>("button")?.focus(), []);
  const other = () => {
    if (typed.trim() === "") setProblems(found(problems, [["words", said.howEmpty]]));
    else finish({ how: "other", words: typed.trim() });
  };
  return (
    <div
      class="inbox__how"
      role="group"
      aria-label={said.howFor(taskWords(row), nameOf(row))}
      ref={group}
      onKeyDown={(event) => {
        if (event.key === "Escape") leave();
      }}
    >
      <p>{said.how}</p>
      <div class="buttons">
        {DONE_HOW.map((how) => (
          <Button
            key={how}
            small
            secondary
            aria-expanded={how === "other" ? isOther : undefined}
            onClick={() => (how === "other" ? setOther(true) : finish({ how }))}
          >
            {said.hows[how]}
          </Button>
        ))}
      </div>
      {isOther && (
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            other();
          }}
        >
          <ProblemSummary problems={problems} />
          <LongTextField
            name="words"
            label={said.howWords}
            rows={2}
            value={typed}
            set={setTyped}
            problems={problems}
          />
          <Button small type="submit">
            {said.howSave}
          </Button>
        </form>
      )}
      <Button small secondary onClick={leave}>
        {said.notYet}
      </Button>
    </div>
  );
}

/** Above the list, for as long as it can be taken back. */
export function UndoDone({ done, undo }: { done: Done | undefined; undo: () => void }) {
  return (
    <div role="status">
      {done && (
        <p class="inbox__undo">
          <span>
            {words.inbox.wasDone(taskWords(done.row), nameOf(done.row), words.inbox.hows[done.said.how])}
          </span>{" "}
          <Button small secondary onClick={undo}>
            {words.inbox.undo}
          </Button>
        </p>
      )}
    </div>
  );
}

export function taskWords({ kind }: InboxEntry): string {
  return words.inbox.task[kind] ?? kind;
}

export function nameOf({ patient }: InboxEntry): string {
  return patient ? fullName(patient) : words.inbox.someTask;
}
