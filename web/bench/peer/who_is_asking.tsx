// "Who is asking" with React, the components of nhsuk-react-components and the style of
// nhsuk-frontend as it is published. The same words, from the same two calls.
import "nhsuk-frontend/dist/nhsuk/nhsuk-frontend.min.css";
import { Button, Container, InsetText } from "nhsuk-react-components";
import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import type { Operator } from "../../src/api/settings.ts";
import type { LinkOpened } from "../../src/patient/journey.ts";
import { words } from "../../src/patient/words.ts";

async function openLink(): Promise<LinkOpened> {
  const code = location.hash.slice(1);
  const answer = await fetch("/api/links/open", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ code }),
  });
  return (await answer.json()) as LinkOpened;
}

async function fetchOperator(): Promise<Operator> {
  const answer = await fetch("/settings.json");
  return ((await answer.json()) as { operator: Operator }).operator;
}

const say = words.openLink;

function WhoIsAsking({ link }: { link: LinkOpened }) {
  const until = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeZone: "Europe/London" });
  const { controller, maskedName, photos, team } = link;
  return (
    <>
      <h1 className="nhsuk-heading-l">
        {team === undefined || team === null
          ? say.title(controller, maskedName, photos)
          : say.titleWithTeam(team, controller, maskedName, photos)}
      </h1>
      <p>
        {say.until(until.format(new Date(link.expiresAt)))}
      </p>
      <InsetText>
        <p>
          <strong>{say.isItUs}</strong> {say.askUs(link.phone)}
        </p>
        <p>{say.neverMoney}</p>
      </InsetText>
      <div className="nhsuk-button-group">
        <Button type="button">{say.iAm(maskedName)}</Button>
        <Button type="button" secondary>
          {say.iHelp(maskedName)}
        </Button>
        <Button type="button" secondary>
          {say.notForMe}
        </Button>
      </div>
    </>
  );
}

function App() {
  const [link, setLink] = useState<LinkOpened>();
  const [operator, setOperator] = useState<Operator>();
  useEffect(() => {
    void openLink().then(setLink);
    void fetchOperator().then(setOperator);
  }, []);
  return (
    <Container>
      <main className="nhsuk-main-wrapper">
        {link === undefined ? <p>{words.waiting.opening}</p> : <WhoIsAsking link={link} />}
      </main>
      <footer>{operator && <p>{words.shell.runBy(operator)}</p>}</footer>
    </Container>
  );
}

const page = document.getElementById("page");
if (page !== null) {
  createRoot(page).render(<App />);
}
