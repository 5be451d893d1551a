// The staff surface as a whole: signs in, keeps the place through reloads, shows the page of the
// address, and keeps a page with somebody's work open when their sign-in ends.
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import { fetchSettings, type Settings } from "../api/settings.ts";
import { clockFrom, type Clock } from "./clock.ts";
import { Drafts, useAskBeforeLeaving } from "./drafts.ts";
import { watchHands } from "./hand_watch.ts";
import { useLoading } from "./loading.ts";
import { handToOtherWindow, listenForAnswers } from "./other_window.ts";
import { PatientRecord } from "./patient_record.tsx";
import { pathOf, patientOf, readRoute, type Route } from "./routes.ts";
import { SignInDesk } from "./sign_in.ts";
import {
  LockedPage,
  OtherPerson,
  PlainFrame,
  SignInEndedBanner,
  SignInPage,
  StaffFrame,
} from "./staff_frame.tsx";
import { staffCaller } from "./staff_api.ts";
import { StaffContext, type Staff } from "./staff_context.ts";
import { StaffPage } from "./staff_page.tsx";
import { Trouble, Waiting } from "./waiting.tsx";
import { without, type WaitingPicture } from "./waiting_pictures.ts";
import { words } from "./words.ts";

/** What was found out before anything can be shown. */
type Start =
  | { is: "waiting" }
  | { is: "no-settings" }
  /** This is the small window, and its answer went to the other one. */
  | { is: "handed-over"; settings: Settings }
  | { is: "ready"; settings: Settings; desk: SignInDesk; now: Clock };

export function StaffApp() {
  const [start, setStart] = useState<Start>({ is: "waiting" });
  const [route, setRoute] = useState<Route>(() => readRoute(here()));

  const begin = useCallback(async () => {
    setStart({ is: "waiting" });
    const settings = await fetchSettings();
    if (settings === undefined) {
      setStart({ is: "no-settings" });
      return;
    }
    const now = clockFrom(settings.now);
    const desk = new SignInDesk(settings, now);
    const asked = readRoute(here());
    if (asked.page !== "signed-in") {
      setStart({ is: "ready", settings, desk, now });
      if (asked.page === "signed-out") desk.showSignedOut();
      else if (!desk.stayLocked()) await desk.askQuietly(here());
      return;
    }
    const answer = new URLSearchParams(location.search);
    // Out of the address bar at once: codes are used once, but need not be looked at.
    history.replaceState(null, "", location.pathname);
    const working = desk.comeBack(answer);
    if (desk.state.is === "redirecting") setStart({ is: "ready", settings, desk, now });
    const back = await working;
    if (back !== undefined) {
      history.replaceState(null, "", back);
      setRoute(readRoute(back));
    } else if (await handToOtherWindow(answer)) {
      setStart({ is: "handed-over", settings });
      window.close();
    } else {
      desk.startedElsewhere();
      setStart({ is: "ready", settings, desk, now });
    }
  }, []);

  useEffect(() => {
    void begin();
  }, [begin]);

  switch (start.is) {
    case "waiting":
      return (
        <PlainFrame>
          <Waiting what={words.waiting.settings} again={() => location.reload()} />
        </PlainFrame>
      );
    case "no-settings":
      return (
        <PlainFrame>
          <SignInPage state={{ is: "broken", why: "no-settings" }} signIn={() => void begin()} />
        </PlainFrame>
      );
    case "handed-over":
      return (
        <PlainFrame operator={start.settings.operator}>
          <h1 class="nhsuk-heading-l">{words.signIn.closeWindow}</h1>
          <p>{words.signIn.closeWindowHelp}</p>
        </PlainFrame>
      );
    case "ready":
      return <SignedIn {...start} route={route} setRoute={setRoute} />;
  }
}

interface SignedInProps {
  settings: Settings;
  desk: SignInDesk;
  now: Clock;
  route: Route;
  setRoute: (route: Route) => void;
}

/** Follows the sign-in, and shows pages while it stands (or has only just ended). */
function SignedIn({ settings, desk, now, route, setRoute }: SignedInProps) {
  const [state, setState] = useState(desk.state);
  const [drafts] = useState(() => new Drafts());
  useAskBeforeLeaving(drafts);
  useEffect(() => desk.onChange(() => setState(desk.state)), [desk]);
  useEffect(() => listenForAnswers((answer) => desk.takeFromWindow(answer)), [desk]);
  useEffect(() => {
    setState(desk.state);
  }, [desk]);
  const isOpen = state.is === "signed-in" || (state.is === "ended" && !state.locked);
  useEffect(() => {
    if (!isOpen) return undefined;
    return watchHands(settings.staffLockMinutes * 60_000, () => void desk.lock());
  }, [desk, isOpen, settings.staffLockMinutes]);
  // Whoever sits here now has nothing to do with what the other person typed.
  const startAgain = () => {
    drafts.forgetAll();
    location.reload();
  };
  switch (state.is) {
    case "starting":
    case "redirecting":
      return (
        <PlainFrame operator={settings.operator}>
          <Waiting what={words.waiting.issuer} again={() => location.reload()} />
        </PlainFrame>
      );
    case "signed-out":
    case "broken":
      return (
        <PlainFrame operator={settings.operator}>
          <SignInPage state={state} signIn={() => void desk.ask(placeToReturnTo(route))} />
        </PlainFrame>
      );
    case "signed-in":
    case "ended":
      return (
        <>
          {state.is === "ended" && state.again === "other-person" && (
            <PlainFrame operator={settings.operator}>
              <OtherPerson startAgain={startAgain} />
            </PlainFrame>
          )}
          {state.is === "ended" && state.again !== "other-person" && !state.locked && (
            <SignInEndedBanner again={state.again} signIn={() => void desk.askInWindow()} />
          )}
          {state.is === "ended" && state.again !== "other-person" && state.locked && (
            <PlainFrame operator={settings.operator}>
              <LockedPage again={state.again} signIn={() => void desk.askInWindow()} />
            </PlainFrame>
          )}
          <div hidden={state.is === "ended" && (state.locked || state.again === "other-person")}>
            <Pages {...{ settings, desk, now, route, setRoute, drafts }} />
          </div>
        </>
      );
  }
}

/** The pages, once it is known who is at work. */
function Pages(props: SignedInProps & { drafts: Drafts }) {
  const { settings, desk, now, route, setRoute, drafts } = props;
  const signOut = () => {
    drafts.forgetAll();
    void desk.signOut();
  };
  const call = useMemo(() => staffCaller(desk), [desk]);
  const { state, reload } = useLoading("me", () => call("get", "/api/me"));
  const [said, setSaid] = useState<string | undefined>(undefined);
  const [waiting, rememberWaiting] = useState<readonly WaitingPicture[]>([]);
  const [keysOn, switchTo] = useState(true);
  const rememberLook = useCallback(
    (item: string) => rememberWaiting((before) => without(before, item)),
    [],
  );

  const go = useCallback((to: Route, words?: string) => {
    const path = pathOf(to);
    if (path !== here()) history.pushState(null, "", path);
    setSaid(words);
    setRoute(readRoute(path));
  }, []);
  useEffect(() => {
    const follow = () => {
      setSaid(undefined);
      setRoute(readRoute(here()));
    };
    window.addEventListener("popstate", follow);
    return () => window.removeEventListener("popstate", follow);
  }, []);

  if (state.is !== "shown") {
    return (
      <PlainFrame operator={settings.operator} signOut={signOut}>
        {state.is === "waiting" ? (
          <Waiting what={words.waiting.settings} again={() => void reload()} />
        ) : (
          <Trouble why={state.why} again={() => void reload()} />
        )}
      </PlainFrame>
    );
  }
  const staff: Staff = {
    me: state.value,
    call,
    now,
    drafts,
    isTrial: settings.deployment === "trial",
    go,
    said,
    waiting,
    rememberWaiting,
    rememberLook,
    keys: { on: keysOn, switchTo },
  };
  return (
    <StaffContext.Provider value={staff}>
      <PatientRecord patient={patientOf(route)}>
        <StaffFrame operator={settings.operator} route={route} signOut={signOut}>
          <StaffPage route={route} />
        </StaffFrame>
      </PatientRecord>
    </StaffContext.Provider>
  );
}

function here(): string {
  return location.pathname + location.search;
}

/** After signing in people come back to where they were, but not to the door. */
function placeToReturnTo(route: Route): string {
  const isDoor = route.page === "signed-in" || route.page === "signed-out";
  return isDoor ? pathOf({ page: "list-inbox" }) : here();
}
