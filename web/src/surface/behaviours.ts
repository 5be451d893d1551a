// Stands in for the package `nhsuk-frontend` where the components ask for its behaviours at run
// time. Theirs is one more request for all of them; a phone without signal would lose the page to
// it. These are the ones we use, in the bundle.
export { Button } from "nhsuk-frontend/dist/nhsuk/components/button/button.mjs";
export { Checkboxes } from "nhsuk-frontend/dist/nhsuk/components/checkboxes/checkboxes.mjs";
export { ErrorSummary } from "nhsuk-frontend/dist/nhsuk/components/error-summary/error-summary.mjs";
export { Radios } from "nhsuk-frontend/dist/nhsuk/components/radios/radios.mjs";

// They refuse to work on a page that does not say that it runs modules. This one does.
document.body.classList.add("nhsuk-frontend-supported");
