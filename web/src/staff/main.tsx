// Where the pages for staff start.
import { render } from "preact";
import { StaffApp } from "./staff_app.tsx";

const page = document.getElementById("page");
if (page !== null) render(<StaffApp />, page);
