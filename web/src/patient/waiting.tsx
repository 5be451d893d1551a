// Words for a wait: after a second what is waited for, after ten how to go on. Before that nothing,
// since words that flash by help nobody.
import { useEffect, useState } from "preact/hooks";
import { words } from "./words.ts";

const SAYS_WHAT = 1000;
const SAYS_HOW_TO_GO_ON = 10_000;

export function Waiting({ for: what }: { for: string }) {
  const [stage, setStage] = useState<"quiet" | "what" | "how">("quiet");
  useEffect(() => {
    const timers = [
      setTimeout(() => setStage("what"), SAYS_WHAT),
      setTimeout(() => setStage("how"), SAYS_HOW_TO_GO_ON),
    ];
    return () => timers.forEach(clearTimeout);
  }, []);
  return (
    <div class="waiting" role="status">
      {stage !== "quiet" && <p>{what}…</p>}
      {stage === "how" && <p>{words.waiting.slow}</p>}
    </div>
  );
}
