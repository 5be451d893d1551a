// The session's end, said two minutes before, with a button for more time. While photos are on
// their way the page asks for more by itself: it said that it would carry on.
import { Button } from "nhsuk-react-components";
import { useEffect, useState } from "preact/hooks";
import type { Inside } from "./journey.ts";
import type { Trouble } from "./patient_api.ts";
import { useSessionPhase } from "./session_clock.ts";
import { TroubleWords } from "./trouble_summary.tsx";
import { words } from "./words.ts";

export interface ExtendSessionProps {
  inside: Inside;
  extend: () => Promise<number | Trouble | undefined>;
  refresh: () => Promise<Trouble | undefined>;
}

/** Fewer seconds than this are no real extension: the link itself ends. */
const WORTH_SAYING = 150;

export function ExtendSession({ inside, extend, refresh }: ExtendSessionProps) {
  const phase = useSessionPhase(inside.endsAt);
  const [isAtItsEnd, setAtItsEnd] = useState(false);
  const [trouble, setTrouble] = useState<Trouble>();
  const isSending = inside.place.name === "sending";

  const ask = async () => {
    const answer = await extend();
    setTrouble(typeof answer === "object" ? answer : undefined);
    if (typeof answer === "number") setAtItsEnd(answer < WORTH_SAYING);
  };
  // The function knows whether it is really over.
  const look = async () => setTrouble(await refresh());

  useEffect(() => {
    if (phase === "over") {
      void look();
    } else if (phase === "ending" && isSending) {
      void extend();
    }
  }, [phase, isSending]);

  useEffect(() => {
    // A phone that slept does not count: when it wakes, the function is asked again.
    const wakes = () => {
      if (document.visibilityState === "visible") {
        void refresh();
      }
    };
    document.addEventListener("visibilitychange", wakes);
    return () => document.removeEventListener("visibilitychange", wakes);
  }, []);

  const { session } = words;
  if (phase === "ending" && !isSending) {
    return (
      <section class="session-notice" role="alert">
        <p>{isAtItsEnd ? session.cannotStay : session.soon}</p>
        {trouble !== undefined && <TroubleWords trouble={trouble} />}
        {!isAtItsEnd && (
          <Button type="button" onClick={ask}>
            {session.stay}
          </Button>
        )}
      </section>
    );
  }
  if (phase === "over" && trouble !== undefined) {
    return (
      <section class="session-notice" role="alert">
        <TroubleWords trouble={trouble} />
        <Button type="button" onClick={look}>
          {words.tryAgain}
        </Button>
      </section>
    );
  }
  return null;
}
