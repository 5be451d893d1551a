// Where the patient's page starts.
import { render } from "preact";
import { Shell } from "../surface/shell.tsx";

const page = document.getElementById("page");
if (page !== null) {
  render(<Shell words={{ skipToContent: "Skip to main content", privacy: "Privacy", runBy: (o) => o.name, product: "Aftersight" }} name="" operator={undefined}><p>…</p></Shell>, page);
}
