// A link between staff pages: an address like any other, followed without loading everything again,
// because what a reload forgets is the sign-in.
import type { ComponentChildren } from "preact";
import { pathOf, type Route } from "./routes.ts";
import { useStaff } from "./staff_context.ts";

interface PageLinkProps {
  to: Route;
  class?: string;
  "aria-current"?: "page" | "true" | undefined;
  /** Where what the link shows is not enough without the eye. */
  "aria-label"?: string;
  children: ComponentChildren;
}

export function PageLink({ to, children, ...rest }: PageLinkProps) {
  const { go } = useStaff();
  const follow = (event: MouseEvent) => {
    // A new tab or window is the browser's own business.
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(to);
  };
  return (
    <a {...rest} href={pathOf(to)} onClick={follow}>
      {children}
    </a>
  );
}
