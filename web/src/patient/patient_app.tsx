// The patient's surface: the journey's value decides which page there is, and nothing else does.
import { useEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
import { fetchSettings, type Operator } from "../api/settings.ts";
import { Shell } from "../surface/shell.tsx";
import { type Actions, createActions } from "./actions.ts";
import { takeCode } from "./address.ts";
import { InsidePage } from "./inside_page.tsx";
import { DeclineLinkPage } from "./decline_link.tsx";
import { ExtendSession } from "./extend_session.tsx";
import { nameAtTheEnd } from "./end_words.ts";
import { type Asking, askingIn, type Happening, type Journey, next } from "./journey.ts";
import { OpenLinkPage } from "./open_link.tsx";
import { createPatientApi } from "./patient_api.ts";
import { usePlaceHistory } from "./place_history.ts";
import { EndedPage } from "./renew_link.tsx";
import { SessionEndedPage } from "./session_ended.tsx";
import { NotOpened, Opening } from "./opening.tsx";
import { VerifyIdentityPage } from "./verify_identity.tsx";
import { words } from "./words.ts";

export function PatientApp({ firstCode }: { firstCode: string | undefined }) {
  const [journey, tell] = useReducer(next, { at: "opening" });
  // A value of its own for each opening: the same link tapped twice is opened twice.
  const [opening, setOpening] = useState({ code: firstCode });
  const api = useMemo(createPatientApi, []);
  const actions = useMemo(() => createActions(api, opening.code, tell), [opening]);
  usePlaceHistory(journey, tell);
  useWarningBeforeLoss(journey);

  useEffect(() => {
    if (window.isSecureContext) {
      void actions.open();
    } else {
      // Neither hashing nor the camera works, and nothing should be sent from here.
      tell({ what: "ended", ending: { why: "insecure" } });
    }
  }, [actions]);

  useEffect(() => {
    // Another link opened in this tab changes only what stands after the `#`.
    const read = () => {
      const code = takeCode();
      if (code !== undefined) {
        setOpening({ code });
      }
    };
    addEventListener("hashchange", read);
    return () => removeEventListener("hashchange", read);
  }, []);

  const place = journey.at === "inside" ? journey.place.name : undefined;
  const asking = askingIn(journey);
  const operator = useOperator();
  return (
    <Shell
      words={words.shell}
      name={nameOf(journey)}
      operator={operator}
      more={asking && <ControllerNotice {...asking} />}
      surroundings={place === "camera" || place === "check" ? "picture" : "form"}
    >
      <JourneyPage journey={journey} actions={actions} tell={tell} operator={operator} />
    </Shell>
  );
}

interface JourneyPageProps {
  journey: Journey;
  actions: Actions;
  tell: (happening: Happening) => void;
  operator: Operator | undefined;
}

function JourneyPage({ journey, actions, tell, operator }: JourneyPageProps) {
  const note = useRef("");
  switch (journey.at) {
    case "opening":
      return <Opening />;
    case "unreachable":
      return <NotOpened trouble={journey.trouble} tryAgain={() => void actions.open()} />;
    case "asked":
      return (
        <OpenLinkPage
          link={journey.link}
          goOn={actions.goOn}
          notForMe={() => tell({ what: "went", to: "decline" })}
        />
      );
    case "decline":
      return <DeclineLinkPage decline={actions.decline} />;
    case "identity":
      return <VerifyIdentityPage confirm={actions.confirm} />;
    case "session-ended":
      return <SessionEndedPage kept={journey.kept} open={actions.open} />;
    case "ended":
      return (
        <EndedPage
          ending={journey.ending}
          asking={journey.asking}
          operator={operator}
          renew={actions.renew}
          openAgain={() => void actions.open()}
        />
      );
    case "inside":
      return (
        <>
          <ExtendSession inside={journey} extend={actions.extend} refresh={actions.refresh} />
          <InsidePage inside={journey} actions={actions} tell={tell} note={note} />
        </>
      );
  }
}

function nameOf(journey: Journey): string {
  const asking = askingIn(journey);
  const name = journey.at === "ended" ? nameAtTheEnd(journey.ending, asking) : asking?.controller;
  return name ?? words.service;
}

/** Beside the platform's own, in the footer of every page (R2). */
function ControllerNotice({ controller, controllerId }: Asking) {
  return (
    <p>
      <a href={`/privacy/${controllerId}`} target="_blank" rel="noopener">
        {words.shell.controllerPrivacy(controller)}
      </a>
    </p>
  );
}

function useOperator(): Operator | undefined {
  const [operator, setOperator] = useState<Operator>();
  useEffect(() => void fetchSettings().then((settings) => setOperator(settings?.operator)), []);
  return operator;
}

/** Photos that are only on this page are lost with it: the browser asks first. */
function useWarningBeforeLoss(journey: Journey): void {
  const hasPhotos =
    journey.at === "inside"
      ? journey.photos.length > 0
      : journey.at === "session-ended" && journey.kept.photos.length > 0;
  useEffect(() => {
    if (!hasPhotos) {
      return undefined;
    }
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [hasPhotos]);
}
