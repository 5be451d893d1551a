// Stands in for the package `nhsuk-frontend` where the components ask for its behaviours at run
// time. Theirs is one more request for all of them; a phone without signal would lose the page to
// it. These are the ones we use, in the bundle.
import { ErrorSummary as NhsErrorSummary } from "nhsuk-frontend/dist/nhsuk/components/error-summary/error-summary.mjs";

export { Button } from "nhsuk-frontend/dist/nhsuk/components/button/button.mjs";
export { Checkboxes } from "nhsuk-frontend/dist/nhsuk/components/checkboxes/checkboxes.mjs";
export { Radios } from "nhsuk-frontend/dist/nhsuk/components/radios/radios.mjs";

// Each text stands in an element of its own (translated_text.ts), so a click on a link lands within it.
export class ErrorSummary extends NhsErrorSummary {
  override handleClick(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (link !== null && this.focusTarget(link)) event.preventDefault();
  }
}

// They refuse to work on a page that does not say that it runs modules. This one does.
document.body.classList.add("nhsuk-frontend-supported");
