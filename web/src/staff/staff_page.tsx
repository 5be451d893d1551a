// From an address to its page. Pages about one patient share a frame, so that the banner with who
// it is stays while they change.
import { AddPatient } from "./add_patient.tsx";
import { CompareItems } from "./compare_items.tsx";
import { CorrectPatient } from "./correct_patient.tsx";
import { FindPatients } from "./find_patients.tsx";
import { ListInbox } from "./list_inbox.tsx";
import { PageHeading } from "./page_heading.tsx";
import { PageLink } from "./page_link.tsx";
import { PatientFrame } from "./patient_frame.tsx";
import { RequestCapture } from "./request_capture.tsx";
import { patientOf, type Route } from "./routes.ts";
import { ShowPatient } from "./show_patient.tsx";
import { ViewItem } from "./view_item.tsx";
import { words } from "./words.ts";

export function StaffPage({ route }: { route: Route }) {
  const patient = patientOf(route);
  if (patient !== undefined) {
    return (
      <PatientFrame key={patient}>
        <PatientPage route={route} />
      </PatientFrame>
    );
  }
  switch (route.page) {
    case "list-inbox":
      return <ListInbox />;
    case "find-patients":
      return <FindPatients />;
    case "add-patient":
      return <AddPatient />;
    default:
      return (
        <>
          <PageHeading>{words.frame.nowhere}</PageHeading>
          <p>{words.frame.nowhereHelp}</p>
          <p>
            <PageLink to={{ page: "list-inbox" }}>{words.frame.toInbox}</PageLink>
          </p>
        </>
      );
  }
}

function PatientPage({ route }: { route: Route }) {
  switch (route.page) {
    case "show-patient":
      return <ShowPatient by={route.by} />;
    case "correct-patient":
      return <CorrectPatient />;
    case "request-capture":
      return <RequestCapture key={route.how} how={route.how} />;
    case "view-item":
      return <ViewItem key={route.item} item={route.item} />;
    case "compare-items":
      return (
        <CompareItems
          key={`${route.item}.${route.other}`}
          item={route.item}
          other={route.other}
          how={route.how}
        />
      );
    default:
      return null;
  }
}
