// Where the patient's page starts. The code leaves the address bar before anything else happens.
import { render } from "preact";
import { takeCode } from "./address.ts";
import { PatientApp } from "./patient_app.tsx";

const code = takeCode();
const page = document.getElementById("page");
if (page !== null) {
  render(<PatientApp firstCode={code} />, page);
}
