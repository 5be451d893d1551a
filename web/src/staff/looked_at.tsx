// A picture while it is on its way, when it did not come, and when it is there.
import { Button } from "nhsuk-react-components";
import type { ComponentChildren } from "preact";
import type { Looking } from "./looking_state.ts";
import { troubleWords, Waiting } from "./waiting.tsx";
import { words } from "./words.ts";

interface LookedAtProps {
  looking: Looking;
  again: () => void;
  children: (source: string) => ComponentChildren;
}

export function LookedAt({ looking, again, children }: LookedAtProps) {
  switch (looking.is) {
    case "asking":
    case "fetching":
      return (
        <div class="stage stage--empty">
          <Waiting what={words.waiting.picture} again={again} />
        </div>
      );
    case "here":
      return <>{children(looking.source)}</>;
    case "failed": {
      const { title, detail } =
        looking.why.kind === "no-bytes"
          ? { title: words.picture.loadFailed, detail: words.trouble.unreachable }
          : troubleWords(looking.why);
      return (
        <div class="stage stage--empty" role="alert">
          <h2 class="nhsuk-heading-m">{title}</h2>
          <p>{detail}</p>
          <Button secondary reverse onClick={again}>
            {words.picture.showAgain}
          </Button>
        </div>
      );
    }
  }
}
