// The session's end, said two minutes before, with a button for more time. While photos are on
// their way the page asks for more by itself: it said that it would carry on.
import { Button } from "nhsuk-react-components";
import { useEffect, useState } from "preact/hooks";
import type { Inside } from "./journey.ts";
import type { Trouble } from "./patient_api.ts";
import { useSessionPhase } from "./session_clock.ts";
import { words } from "./words.ts";

export interface ExtendSessionProps {
  inside: Inside;
  extend: () => Promise<number | undefined>;
  refresh: () => Promise<Trouble | undefined>;
}

/** Fewer seconds than this are no real extension: the link itself ends. */
const WORTH_SAYING = 150;

export function ExtendSession({ inside, extend, refresh }: ExtendSessionProps) {
  const phase = useSessionPhase(inside.endsAt);
  const [said, setSaid] = useState<string>();
  const isSending = inside.place.name === "sending";

  useEffect(() => {
    if (phase === "over") {
      // The function knows whether it is really over.
      void refresh();
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
        <p>{said ?? session.soon}</p>
        {said === undefined && (
          <Button
            type="button"
            onClick={async () => {
              const seconds = await extend();
              if (seconds === undefined) {
                return;
              }
              setSaid(seconds < WORTH_SAYING ? session.cannotStay : undefined);
            }}
          >
            {session.stay}
          </Button>
        )}
      </section>
    );
  }
  return null;
}
