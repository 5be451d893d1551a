// What stands around the staff pages: the organisation's name, the ways to other pages, who is
// signed in; and the pages about signing in itself.
import { Button } from "nhsuk-react-components";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Operator } from "../api/settings.ts";
import { Shell } from "../surface/shell.tsx";
import { PageLink } from "./page_link.tsx";
import type { Route } from "./routes.ts";
import type { SignIn, SignInTrouble } from "./sign_in_state.ts";
import { useStaff } from "./staff_context.ts";
import { words } from "./words.ts";

interface PlainFrameProps {
  operator?: Operator;
  signOut?: () => void;
  children: ComponentChildren;
}

/** Before it is known who somebody is: the product's name stands where the organisation's will. */
export function PlainFrame({ operator, signOut, children }: PlainFrameProps) {
  return (
    <Shell
      words={words.frame}
      name={words.frame.product}
      operator={operator}
      aside={signOut && <SignOutButton signOut={signOut} />}
    >
      {children}
    </Shell>
  );
}

interface StaffFrameProps {
  operator: Operator | undefined;
  route: Route;
  signOut: () => void;
  children: ComponentChildren;
}

const PLACES: readonly { page: "list-inbox" | "find-patients" | "add-patient"; name: string }[] = [
  { page: "list-inbox", name: words.frame.inbox },
  { page: "find-patients", name: words.frame.find },
  { page: "add-patient", name: words.frame.add },
];

export function StaffFrame({ operator, route, signOut, children }: StaffFrameProps) {
  const { me } = useStaff();
  const isDark = showsPictures(route);
  useEffect(() => {
    document.documentElement.classList.toggle("night-page", isDark);
  }, [isDark]);
  const aside = (
    <div class="staff-header">
      <nav aria-label={words.frame.navigation}>
        <ul class="staff-header__places">
          {PLACES.map(({ page, name }) => (
            <li key={page}>
              <PageLink to={{ page }} aria-current={route.page === page ? "page" : undefined}>
                {name}
              </PageLink>
            </li>
          ))}
        </ul>
      </nav>
      <div class="staff-header__person">
        <span>{me.name}</span>
        <SignOutButton signOut={signOut} />
      </div>
    </div>
  );
  return (
    <Shell
      words={words.frame}
      name={me.controllerName}
      operator={operator}
      aside={aside}
      surroundings={isDark ? "picture" : "form"}
    >
      {children}
    </Shell>
  );
}

/** Dark surroundings for pictures, never for forms. */
function showsPictures({ page }: Route): boolean {
  return page === "view-item" || page === "compare-items";
}

function SignOutButton({ signOut }: { signOut: () => void }) {
  return (
    <button type="button" class="plain-button staff-header__sign-out" onClick={signOut}>
      {words.frame.signOut}
    </button>
  );
}

const TROUBLE: Record<SignInTrouble, string> = {
  "no-settings": words.signIn.brokenNoSettings,
  "issuer-unreachable": words.signIn.brokenUnreachable,
  "issuer-refused": words.signIn.brokenRefused,
  "not-ours": words.signIn.brokenNotOurs,
};

interface SignInPageProps {
  state: Extract<SignIn, { is: "signed-out" | "broken" }>;
  signIn: () => void;
}

export function SignInPage({ state, signIn }: SignInPageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { title, help, button } = signInWords(state);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    document.title = `${title} – ${words.frame.product}`;
  }, [title]);
  return (
    <div class="reading-width">
      <h1 class="nhsuk-heading-l" tabIndex={-1} ref={heading}>
        {title}
      </h1>
      <p>{help}</p>
      <Button onClick={signIn}>{button}</Button>
    </div>
  );
}

function signInWords(state: SignInPageProps["state"]) {
  if (state.is === "broken") {
    return {
      title: words.signIn.cannot,
      help: TROUBLE[state.why],
      button: words.signIn.tryAgain,
    };
  }
  if (state.why === "locked") {
    const { lockedTitle, lockedBefore, lockedButton } = words.signIn;
    return { title: lockedTitle, help: lockedBefore, button: lockedButton };
  }
  return state.why === "by-choice"
    ? { title: words.signIn.byChoice, help: words.signIn.byChoiceHelp, button: words.signIn.button }
    : { title: words.signIn.title, help: words.signIn.intro, button: words.signIn.button };
}

interface SignInEndedBannerProps {
  again: Exclude<Extract<SignIn, { is: "ended" }>["again"], "other-person">;
  signIn: () => void;
}

/** Above the page that stays open: what was typed is still there. */
export function SignInEndedBanner({ again, signIn }: SignInEndedBannerProps) {
  return (
    <section class="ended" role="alert" aria-labelledby="ended-title">
      <h2 class="nhsuk-heading-s" id="ended-title">
        {words.signIn.endedTitle}
      </h2>
      <p>{words.signIn.endedHelp}</p>
      {again === "waiting" && <p>{words.signIn.endedWaiting}</p>}
      <Button small onClick={signIn}>
        {words.signIn.endedButton}
      </Button>
    </section>
  );
}

/** In place of a page that nobody was at: what was typed is kept behind it, and nothing is shown. */
export function LockedPage({ again, signIn }: SignInEndedBannerProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const { title } = document;
    const { classList } = document.documentElement;
    const wasDark = classList.contains("night-page");
    document.title = `${words.signIn.lockedTitle} – ${words.frame.product}`;
    classList.remove("night-page");
    heading.current?.focus({ preventScroll: true });
    return () => {
      document.title = title;
      classList.toggle("night-page", wasDark);
    };
  }, []);
  return (
    <section class="reading-width" aria-labelledby="locked-title">
      <h1 class="nhsuk-heading-l" id="locked-title" tabIndex={-1} ref={heading}>
        {words.signIn.lockedTitle}
      </h1>
      <p>{words.signIn.lockedHelp}</p>
      {again === "waiting" && <p role="status">{words.signIn.endedWaiting}</p>}
      <Button onClick={signIn}>{words.signIn.lockedButton}</Button>
    </section>
  );
}

/** In place of a page that is somebody else's: not even the tab says whose record it was. */
export function OtherPerson({ startAgain }: { startAgain: () => void }) {
  useEffect(() => {
    document.title = `${words.signIn.endedTitle} – ${words.frame.product}`;
  }, []);
  return (
    <section role="alert">
      <h1 class="nhsuk-heading-l">{words.signIn.endedTitle}</h1>
      <p>{words.signIn.otherPerson}</p>
      <Button onClick={startAgain}>{words.signIn.startAgain}</Button>
    </section>
  );
}
