// Before anything is known: what is waited for, and what to do when no answer comes.
import { Button } from "nhsuk-react-components";
import { Page } from "./page.tsx";
import { Waiting } from "./waiting.tsx";
import { words } from "./words.ts";

export function Opening() {
  return (
    <Page title={words.waiting.opening} heading={words.service}>
      <Waiting for={words.waiting.opening} />
    </Page>
  );
}

export function Unreachable({ tryAgain }: { tryAgain: () => void }) {
  const { unreachable } = words;
  return (
    <Page title={unreachable.title} heading={unreachable.title}>
      <p role="alert">{unreachable.body}</p>
      <Button type="button" onClick={tryAgain}>
        {words.tryAgain}
      </Button>
    </Page>
  );
}
