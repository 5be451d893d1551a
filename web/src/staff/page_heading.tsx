// The heading of a page: takes the focus when the page changes, so that keyboard and screen reader
// start where the eye does, and names the page in the window's title. Titles stand in the browser's
// history, so they never hold a name or a number.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useStaff } from "./staff_context.ts";
import { words } from "./words.ts";

interface PageHeadingProps {
  children: string;
  /** True while the page shows an error about what was typed. */
  wrong?: boolean;
  className?: string;
  aside?: ComponentChildren;
}

export function PageHeading({
  children,
  wrong = false,
  className = "nhsuk-heading-l",
  aside,
}: PageHeadingProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { me, said } = useStaff();
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, []);
  useEffect(() => {
    const title = wrong ? words.frame.errorTitle(children) : children;
    document.title = `${title} – ${me.controllerName}`;
  }, [children, wrong, me.controllerName]);
  return (
    <>
      <div class="page-heading">
        <h1 class={className} tabIndex={-1} ref={heading}>
          {children}
        </h1>
        {aside}
      </div>
      {said !== undefined && (
        <div class="said" role="status">
          <p>{said}</p>
        </div>
      )}
    </>
  );
}
