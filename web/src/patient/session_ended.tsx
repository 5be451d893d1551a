// The session is over: nothing is lost, and the same few answers lead back to where it was.
import { Button } from "nhsuk-react-components";
import type { Kept } from "./journey.ts";
import { Page } from "./page.tsx";
import { words } from "./words.ts";

export function SessionEndedPage({ kept, open }: { kept: Kept; open: () => Promise<void> }) {
  const { session } = words;
  const count = kept.photos.length;
  return (
    <Page title={session.endedTitle} heading={session.endedTitle}>
      <p>{session.ended}</p>
      {count > 0 && <p>{session.endedKept(count)}</p>}
      <Button type="button" onClick={() => void open()}>
        {session.again}
      </Button>
    </Page>
  );
}
