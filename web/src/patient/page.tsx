// What every page of the patient's surface has: a title that a screen reader hears, a heading that
// takes the focus when the page is new, a way back, and at most one summary of what went wrong.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { words } from "./words.ts";

export interface PageProps {
  /** In the browser's tab; names nobody. */
  title: string;
  heading: ComponentChildren;
  /** The page shows an error: said before the title, as screen readers read it first. */
  hasError?: boolean;
  back?: boolean;
  /** Above the heading: an error summary. */
  summary?: ComponentChildren;
  children: ComponentChildren;
}

let pagesShown = 0;

export function useTitle(title: string, hasError = false): void {
  useEffect(() => {
    document.title = `${hasError ? `${words.error}: ` : ""}${title} - ${words.service}`;
  }, [title, hasError]);
}

/** Focus goes to the heading of a new page, but not of the first: that one is read from the top. */
export function useHeadingFocus<T extends HTMLElement>() {
  const heading = useRef<T>(null);
  useEffect(() => {
    pagesShown += 1;
    if (pagesShown > 1) {
      heading.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
  }, []);
  return heading;
}

export function Page({ title, heading, hasError, back, summary, children }: PageProps) {
  const headingRef = useHeadingFocus<HTMLHeadingElement>();
  useTitle(title, hasError);
  return (
    <div class="page">
      {back === true && (
        <button class="nhsuk-back-link" type="button" onClick={() => history.back()}>
          {words.back}
        </button>
      )}
      {summary}
      <h1 class="nhsuk-heading-l" tabIndex={-1} ref={headingRef}>
        {heading}
      </h1>
      {children}
    </div>
  );
}
