// What a page shows while it waits: nothing at first, then what it waits for, then how to go on;
// and what it shows when waiting was in vain.
import { Button } from "nhsuk-react-components";
import { useEffect, useState } from "preact/hooks";
import type { Failed } from "./loading.ts";
import { words } from "./words.ts";

const SAY_AFTER = 1_000;
const LONG_AFTER = 10_000;

type Patience = "fresh" | "waiting" | "long";

/** `what` is in words: "the inbox". Says nothing for a second, so that quick pages do not flicker. */
export function Waiting({ what, again }: { what: string; again: () => void }) {
  const [patience, setPatience] = useState<Patience>("fresh");
  useEffect(() => {
    const timers = [
      setTimeout(() => setPatience("waiting"), SAY_AFTER),
      setTimeout(() => setPatience("long"), LONG_AFTER),
    ];
    return () => timers.forEach(clearTimeout);
  }, []);
  return (
    <div class="waiting" role="status">
      {patience !== "fresh" && <p>{words.waiting.for(what)}</p>}
      {patience === "long" && (
        <>
          <p>{words.waiting.long}</p>
          <Button secondary onClick={again}>
            {words.waiting.again}
          </Button>
        </>
      )}
    </div>
  );
}

/** The words for an answer that was not the one hoped for. */
export function troubleWords(why: Failed, unreachable = words.trouble.unreachable) {
  switch (why.kind) {
    case "unreachable":
      return { title: words.trouble.unreachableTitle, detail: unreachable };
    case "ended":
      return { title: words.trouble.endedTitle, detail: words.trouble.ended };
    case "refused":
      return {
        title: why.problem.title || words.trouble.unexpectedTitle,
        detail: why.problem.detail || words.trouble.unexpected,
      };
  }
}

/** A page that could not get what it is about. */
export function Trouble({ why, again }: { why: Failed; again: () => void }) {
  const { title, detail } = troubleWords(why);
  return (
    <div class="trouble" role="alert">
      <h2 class="nhsuk-heading-m">{title}</h2>
      <p>{detail}</p>
      <Button secondary onClick={again}>
        {words.waiting.again}
      </Button>
    </div>
  );
}
