// Where the pages for staff start.
import { render } from "preact";
import { Shell } from "../surface/shell.tsx";

const page = document.getElementById("page");
if (page !== null) {
  const words = {
    skipToContent: "Skip to main content",
    privacy: "Privacy",
    runBy: (operator: { name: string }) => operator.name,
    product: "Aftersight",
  };
  render(
    <Shell words={words} name="Aftersight" operator={undefined}>
      <h1 class="nhsuk-heading-l">Aftersight</h1>
    </Shell>,
    page,
  );
}
