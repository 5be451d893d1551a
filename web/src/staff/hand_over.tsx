// Hand over: the link of a request made in the room, for the device that takes the photos. It is
// shown once, lives in memory only, and goes with the page. Until it is used it opens nothing but the
// question of who the patient is.
import { useEffect, useState } from "preact/hooks";
import { PageHeading } from "./page_heading.tsx";
import { PageLink } from "./page_link.tsx";
import type { QrDrawing } from "./qr_drawing.ts";
import { clockTime } from "./time_words.ts";
import { words } from "./words.ts";

interface HandOverProps {
  patient: string;
  /** Missing where another link has taken its place. */
  link: string | undefined;
  /** RFC 3339. */
  until: string;
  warning: string | undefined;
}

export function HandOver({ patient, link, until, warning }: HandOverProps) {
  const said = words.handOver;
  const back = (
    <p>
      <PageLink to={{ page: "show-patient", patient, by: "body-part" }}>{said.done}</PageLink>
    </p>
  );
  if (link === undefined) {
    return (
      <div class="form-width">
        <PageHeading>{said.goneTitle}</PageHeading>
        <p>{said.gone}</p>
        {back}
      </div>
    );
  }
  const [address = "", code = ""] = link.split("#");
  return (
    <div class="form-width">
      <PageHeading>{said.title}</PageHeading>
      {warning !== undefined && (
        <p class="card" role="alert">
          {warning}
        </p>
      )}
      <div class="hand-over">
        <div>
          <p>{said.scan}</p>
          <QrCode link={link} />
        </div>
        <div>
          <h2 class="nhsuk-heading-s">{said.next}</h2>
          <ol>
            {said.steps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
          <p>{said.until(clockTime(Date.parse(until)))}</p>
          <p>
            <a
              class="nhsuk-button nhsuk-button--secondary"
              href={link}
              target="_blank"
              rel="noopener noreferrer"
            >
              {said.thisDevice} {said.newTab}
            </a>
          </p>
          <p>{said.stay}</p>
        </div>
      </div>
      <h2 class="nhsuk-heading-s">{said.letters}</h2>
      <p class="hand-over__letters">
        {address}#<wbr />
        {code}
      </p>
      <p class="nhsuk-hint">{said.lettersHint}</p>
      {back}
    </div>
  );
}

type Drawn = { is: "waiting" } | { is: "failed" } | { is: "drawn"; drawing: QrDrawing };

/** Who draws it is fetched only here: most visits never see a code. */
function QrCode({ link }: { link: string }) {
  const [drawn, setDrawn] = useState<Drawn>({ is: "waiting" });
  useEffect(() => {
    let isOpen = true;
    import("./qr_drawing.ts").then(
      ({ drawQr }) => isOpen && setDrawn({ is: "drawn", drawing: drawQr(link) }),
      () => isOpen && setDrawn({ is: "failed" }),
    );
    return () => {
      isOpen = false;
    };
  }, [link]);
  const said = words.handOver;
  if (drawn.is !== "drawn") {
    return <p role="status">{drawn.is === "waiting" ? said.drawing : said.notDrawn}</p>;
  }
  const { size, path } = drawn.drawing;
  return (
    <svg class="hand-over__code" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={said.code}>
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" shape-rendering="crispEdges" />
    </svg>
  );
}
